import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, places } from "../../api/client";
import type { EdgeHost } from "../../api/hosting";
import type { EdgeService, ServiceChange } from "../../api/types";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { useWatched } from "../../app/watched";
import { Button, LinkButton } from "../../design/Button";
import { DataTable, Pager, pageSizes } from "../../design/DataTable";
import { Page } from "../../design/Page";
import { State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { followDownload } from "../../lib/download";
import { useInterval, useProjectEvents, useThrottled } from "../../lib/projectEvents";
import { useQuery } from "../../lib/router";
import { isBoolean, isNumber, keep, readKept } from "../../lib/storage";
import { usePages } from "../../lib/usePages";
import { useResource } from "../../lib/useResource";
import { useAgents } from "../agents/useAgents";
import { BulkBar } from "./BulkBar";
import { useColumnChoice, useColumns } from "./columns";
import { defaultSort, filterFrom, filterKey, isEmpty, nothing } from "./filter";
import { useSelection } from "./selection";
import { ServiceFilters } from "./ServiceFilters";
import "./services.css";

/** Shortest time between two readings of the list because others changed it. Milliseconds. */
const pace = 4000;
/** When each service was last seen changes without an event. Milliseconds. */
const heartbeat = 30_000;

export function ServicesPage({ project = "" }: PlaceProps) {
    const { t } = useTexts();
    const { project: here } = useTenancy();
    const { may } = useSession();
    const mayEdit = may("editServices", { projectId: project, orgId: here?.orgId });
    const [query, change] = useQuery();
    const list = useServiceList(project, query);
    const { filter, pages, total } = list;
    const selection = useSelection(list.key, pages.items, total);
    const { hosts, hasHosts } = useHosts(project);
    const { agents, hasAgents } = useAgents(project, filter.agent);
    const choice = useColumnChoice(hasHosts, hasAgents);
    const onTag = useCallback((tag: string) => change({ tag: [tag] }), [change]);
    const columns = useColumns(choice.chosen, { project, mayEdit, onChange: list.replace, onTag });

    return (
        <Page
            title={t("nav.services")}
            lead={total === undefined ? t("services.lead") : t("services.count", { count: total })}
            actions={
                mayEdit && (
                    <>
                        <LinkButton to={`/projects/${project}/services/import`} icon="upload">
                            {t("services.import")}
                        </LinkButton>
                        <LinkButton to={`/projects/${project}/services/install`} icon="host">
                            {t("services.install")}
                        </LinkButton>
                        <LinkButton to={`/projects/${project}/services/add`} kind="primary" icon="plus">
                            {t("services.add")}
                        </LinkButton>
                    </>
                )
            }
        >
            <ServiceFilters
                project={project}
                filter={filter}
                change={change}
                columns={choice}
                hosts={hasHosts ? hosts : undefined}
                agents={hasAgents ? agents : undefined}
                onExport={() => followDownload(places.exportServices(project, filter), "services.csv")}
            />
            <section className="card list-card">
                {selection.count > 0 && (
                    <BulkBar
                        scope={{ project, filter, selected: selection.selected }}
                        count={selection.count}
                        total={total}
                        mayEdit={mayEdit}
                        hasHosts={hasHosts}
                        isPageSelected={pages.items.length > 0 && pages.items.every(selection.table.isSelected)}
                        onSelectAll={selection.selectAll}
                        onClear={selection.clear}
                    />
                )}
                <DataTable
                    label={t("nav.services")}
                    columns={columns}
                    list={pages}
                    rowKey={(service) => service.id}
                    sort={list.sort}
                    onSort={(sort) => change({ sort: sort === defaultSort ? undefined : sort })}
                    selection={selection.table}
                    empty={
                        <Empty
                            project={project}
                            isFiltered={!isEmpty(filter)}
                            mayEdit={mayEdit}
                            onClear={() => change(nothing)}
                        />
                    }
                />
                <Pager
                    paging={pages.paging}
                    limit={list.limit}
                    count={pages.items.length}
                    total={total}
                    isLoading={pages.isLoading}
                    onLimit={(limit) => {
                        keep("services.limit", limit);
                        change({ limit: String(limit) });
                    }}
                />
            </section>
        </Page>
    );
}

/** The list that the address asks for, kept fresh: what changes on the page changes in place. */
function useServiceList(project: string, query: URLSearchParams) {
    const filter = useMemo(() => filterFrom(query), [query]);
    const sort = query.get("sort") ?? defaultSort;
    const kept = Number(query.get("limit") ?? readKept("services.limit", pageSizes[0], isNumber));
    const limit = pageSizes.find((size) => size === kept) ?? pageSizes[0];
    const key = `${project} ${filterKey(filter)}`;
    const pages = usePages(
        `${key} ${sort}`,
        limit,
        (request, signal) => api.listServices(project, filter, sort, request, signal),
        false,
    );
    // Counting may take longer than a page: it does not hold the page back.
    const count = useResource(`${key} total`, (signal) =>
        api.listServices(project, filter, defaultSort, { limit: 1, total: true }, signal),
    );

    const reload = useCallback(() => {
        pages.reload();
        count.reload();
    }, [pages.reload, count.reload]);
    const soon = useThrottled(reload, pace);
    // What a batch of ours has changed is shown as soon as it is through.
    const { endings } = useWatched();
    const seen = useRef(endings);
    useEffect(() => {
        if (seen.current === endings) return;
        seen.current = endings;
        reload();
    }, [endings, reload]);
    const { set } = pages;
    const replace = useCallback(
        (service: EdgeService) =>
            set((page) => ({
                ...page,
                items: page.items.map((each) => (each.id === service.id ? service : each)),
            })),
        [set],
    );
    const onChanges = (changes: ServiceChange[]) => {
        const fresh = new Map(
            changes.flatMap(({ id, service }) => (service === undefined ? [] : [[id, service] as const])),
        );
        const isShown = pages.items.some((each) => fresh.has(each.id));
        if (isShown) set((page) => ({ ...page, items: page.items.map((each) => fresh.get(each.id) ?? each) }));
        const mayMove =
            changes.some(({ change }) => change !== "status") || filter.status !== undefined || sort.includes("status");
        if (mayMove) soon();
    };
    useProjectEvents(project, { onChanges, onResync: reload });
    useInterval(pages.reload, heartbeat);
    return { filter, sort, limit, key, pages, total: count.value?.total, reload, replace };
}

/** Of the project, to filter by. Whether there are any is kept, so that the page does not change once they are read. */
function useHosts(project: string): { hosts: readonly EdgeHost[]; hasHosts: boolean } {
    const name = `hosts.${project}`;
    const [kept] = useState(() => readKept(name, false, isBoolean));
    const read = useResource(`hosts of ${project}`, (signal) => api.listHosts(project, "", { limit: 500 }, signal));
    const hosts = read.value?.items;
    const hasHosts = hosts === undefined ? kept : hosts.length > 0;
    useEffect(() => {
        if (hosts !== undefined) keep(name, hosts.length > 0);
    }, [hosts, name]);
    return { hosts: hosts ?? noHosts, hasHosts };
}

const noHosts: readonly EdgeHost[] = [];

interface EmptyProps {
    project: string;
    isFiltered: boolean;
    mayEdit: boolean;
    onClear: () => void;
}

function Empty({ project, isFiltered, mayEdit, onClear }: EmptyProps) {
    const { t } = useTexts();
    if (isFiltered) {
        return (
            <State
                icon="search"
                title={t("services.noneFound")}
                actions={<Button onClick={onClear}>{t("services.clearFilters")}</Button>}
            >
                {t("services.noneFoundHint")}
            </State>
        );
    }
    return (
        <State
            icon="services"
            title={t("services.none")}
            actions={
                mayEdit && (
                    <>
                        <LinkButton to={`/projects/${project}/services/add`} kind="primary" icon="plus">
                            {t("services.add")}
                        </LinkButton>
                        <LinkButton to={`/projects/${project}/services/import`} icon="upload">
                            {t("services.import")}
                        </LinkButton>
                    </>
                )
            }
        >
            {t(mayEdit ? "services.noneHint" : "services.noneHintUser")}
        </State>
    );
}
