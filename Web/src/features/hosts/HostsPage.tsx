import { useState } from "react";
import { api } from "../../api/client";
import type { EdgeHost } from "../../api/hosting";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button, IconButton } from "../../design/Button";
import { DataTable, Pager, type Column } from "../../design/DataTable";
import { SearchInput } from "../../design/Field";
import { Icon } from "../../design/icons";
import { Page } from "../../design/Page";
import { State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useInterval } from "../../lib/projectEvents";
import { Link, useRouter } from "../../lib/router";
import { useDebounced } from "../../lib/useDebounced";
import { usePages } from "../../lib/usePages";
import { Address } from "../agents/status";
import { Status } from "../services/status";
import { DeleteHostDialog } from "./DeleteHostDialog";
import { capacity } from "./engine";
import { HostDialog } from "./HostDialog";

const limit = 50;
/** As often as the platform itself asks nodes. Milliseconds. */
const pace = 10_000;

type Asked = { kind: "add" } | { kind: "edit" | "delete"; host: EdgeHost };

/** The machines that hosted services run on. */
export function HostsPage({ project = "" }: PlaceProps) {
    const { t } = useTexts();
    const { go } = useRouter();
    const { may } = useSession();
    const { project: here } = useTenancy();
    const mayEdit = may("editServices", { projectId: project, orgId: here?.orgId });
    const [text, setText] = useState("");
    const [asked, setAsked] = useState<Asked>();
    const q = useDebounced(text.trim(), 180);
    const pages = usePages(`hosts ${project} ${q}`, limit, (request, signal) =>
        api.listHosts(project, q, request, signal),
    );
    useInterval(pages.reload, pace);
    const columns = useColumns(project, mayEdit, setAsked);
    const add = mayEdit && (
        <Button kind="primary" icon="plus" onClick={() => setAsked({ kind: "add" })}>
            {t("host.add")}
        </Button>
    );
    const close = () => setAsked(undefined);
    return (
        <Page title={t("nav.hosts")} lead={t("host.lead")} actions={add}>
            {(q !== "" || (pages.total ?? 0) > 8) && (
                <div className="filters" role="search">
                    <SearchInput label={t("host.search")} value={text} onChange={setText} />
                </div>
            )}
            <section className="card list-card">
                <DataTable<EdgeHost>
                    label={t("nav.hosts")}
                    columns={columns}
                    list={{ ...pages, isLoading: pages.isLoading && pages.value === undefined }}
                    rowKey={(host) => host.id}
                    empty={
                        q === "" ? (
                            <State icon="host" title={t("host.none")} actions={add}>
                                {t(mayEdit ? "host.noneHint" : "host.noneHintUser")}
                            </State>
                        ) : (
                            <State icon="search" title={t("host.noneFound")} />
                        )
                    }
                />
                <Pager
                    paging={pages.paging}
                    limit={limit}
                    count={pages.items.length}
                    total={pages.total}
                    isLoading={false}
                />
            </section>
            {asked?.kind === "add" && (
                <HostDialog
                    project={project}
                    onClose={close}
                    onDone={(host) => go(`/projects/${project}/hosts/${host.id}`)}
                />
            )}
            {asked?.kind === "edit" && (
                <HostDialog project={project} host={asked.host} onClose={close} onDone={pages.reload} />
            )}
            {asked?.kind === "delete" && <DeleteHostDialog host={asked.host} onClose={close} onDone={pages.reload} />}
        </Page>
    );
}

function useColumns(project: string, mayEdit: boolean, ask: (asked: Asked) => void): Column<EdgeHost>[] {
    const { t } = useTexts();
    const actions: Column<EdgeHost> = {
        id: "actions",
        title: "",
        label: t("common.actions"),
        className: "actions",
        cell: (host) => (
            <>
                <IconButton
                    icon="edit"
                    size="small"
                    label={t("host.edit", { name: host.name })}
                    onClick={() => ask({ kind: "edit", host })}
                />
                <IconButton
                    icon="trash"
                    size="small"
                    label={t("host.delete", { name: host.name })}
                    onClick={() => ask({ kind: "delete", host })}
                />
            </>
        ),
    };
    return [
        {
            id: "name",
            title: t("common.name"),
            className: "name-cell",
            cell: (host) => (
                <span className="row">
                    <Link className="strong break" to={`/projects/${project}/hosts/${host.id}`}>
                        {host.name}
                    </Link>
                    {host.warnings.length > 0 && (
                        <span className="badge warn" title={host.warnings.join("\n")}>
                            <Icon name="warning" size="s" />
                            {t("host.warned")}
                        </span>
                    )}
                </span>
            ),
        },
        { id: "status", title: t("services.column.status"), cell: (host) => <Status service={host} /> },
        {
            id: "address",
            title: t("host.address"),
            cell: (host) => (
                <span className="mono endpoint ellipsis" title={host.address}>
                    <Address of={host} at={host.address} />
                </span>
            ),
        },
        { id: "engine", title: t("host.engine"), cell: (host) => <Text of={host.engine?.version} /> },
        {
            id: "capacity",
            title: t("host.capacity"),
            cell: (host) => <Text of={host.engine ? capacity(host.engine, t) : undefined} />,
        },
        {
            id: "services",
            title: t("nav.services"),
            cell: (host) => (
                <Link className="number" to={`/projects/${project}/services?host=${host.id}`}>
                    {host.services}
                </Link>
            ),
        },
        ...(mayEdit ? [actions] : []),
    ];
}

const Text = ({ of }: { of: string | undefined }) =>
    of === undefined ? <span className="faint">–</span> : <span className="number nowrap">{of}</span>;
