import { useEffect, useState } from "react";
import type { FormEvent } from "react";
import { api } from "../../api/client";
import type { AuditEntry, AuditFilter } from "../../api/types";
import { useTenancy } from "../../app/tenancy";
import { Button } from "../../design/Button";
import { Pager } from "../../design/DataTable";
import { Select } from "../../design/Field";
import { Page } from "../../design/Page";
import { State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useQuery } from "../../lib/router";
import { usePages } from "../../lib/usePages";
import { AuditTable } from "../audit/AuditTable";

const limit = 50;
const types = [
    "service",
    "agent",
    "enrollment-token",
    "tag",
    "user",
    "organization",
    "project",
    "token",
    "session",
] as const;
const results = ["succeeded", "failed", "denied"] as const;
const names = ["type", "operation", "operator", "result", "org", "project", "from", "until"] as const;

function filterFrom(query: URLSearchParams): AuditFilter {
    const filter: Record<string, string> = {};
    for (const name of names) {
        const value = query.get(name);
        if (value === null) continue;
        filter[name] = name === "from" || name === "until" ? new Date(value).toISOString() : value;
    }
    return filter;
}

export function AuditPage() {
    const { t } = useTexts();
    const { orgName, projectName } = useTenancy();
    const [query, change] = useQuery();
    const filter = filterFrom(query);
    const key = JSON.stringify(filter);
    const pages = usePages(`audit ${key}`, limit, (request, signal) => api.listAudit(filter, request, signal));
    const isFiltered = key !== "{}";
    const clear = () => change(Object.fromEntries(names.map((name) => [name, undefined])));
    const placeOf = (entry: AuditEntry) =>
        [orgName(entry.orgId), projectName(entry.projectId)].filter(Boolean).join(" / ");
    return (
        <Page title={t("nav.audit")} lead={t("auditPage.lead")}>
            <Filters query={query} change={change} onClear={isFiltered ? clear : undefined} />
            <section className="card list-card">
                <AuditTable
                    pages={pages}
                    placeOf={placeOf}
                    empty={
                        <State
                            icon="audit"
                            title={t(isFiltered ? "auditPage.noneFound" : "auditPage.none")}
                            actions={isFiltered && <Button onClick={clear}>{t("services.clearFilters")}</Button>}
                        />
                    }
                />
                <Pager
                    paging={pages.paging}
                    limit={limit}
                    count={pages.items.length}
                    total={pages.total}
                    isLoading={pages.isLoading}
                />
            </section>
        </Page>
    );
}

interface FiltersProps {
    query: URLSearchParams;
    change: ReturnType<typeof useQuery>[1];
    onClear?: () => void;
}

function Filters({ query, change, onClear }: FiltersProps) {
    const { t } = useTexts();
    const { orgs, projects } = useTenancy();
    const value = (name: string) => query.get(name) ?? "";
    const any = (label: string) => ({ value: "", label });
    return (
        <div className="filters" role="search">
            <TextFilter
                label={t("audit.actor")}
                value={value("operator")}
                onChange={(operator) => change({ operator })}
            />
            <TextFilter
                label={t("audit.operation")}
                value={value("operation")}
                onChange={(operation) => change({ operation })}
            />
            <Select
                aria-label={t("auditPage.type")}
                value={value("type")}
                onChange={(type) => change({ type })}
                options={[
                    any(t("auditPage.type")),
                    ...types.map((each) => ({ value: each, label: t(`auditPage.type.${each}`) })),
                ]}
            />
            <Select
                aria-label={t("jobs.result")}
                value={value("result")}
                onChange={(result) => change({ result })}
                options={[
                    any(t("jobs.result")),
                    ...results.map((each) => ({ value: each, label: t(`audit.result.${each}`) })),
                ]}
            />
            {orgs.length > 1 && (
                <Select
                    aria-label={t("admin.organization")}
                    value={value("org")}
                    onChange={(org) => change({ org })}
                    options={[
                        any(t("admin.anyOrganization")),
                        ...orgs.map((each) => ({ value: each.id, label: each.name })),
                    ]}
                />
            )}
            <Select
                aria-label={t("tokens.project")}
                value={value("project")}
                onChange={(project) => change({ project })}
                options={[any(t("tokens.project")), ...projects.map((each) => ({ value: each.id, label: each.name }))]}
            />
            <MomentFilter label={t("auditPage.from")} value={value("from")} onChange={(from) => change({ from })} />
            <MomentFilter label={t("auditPage.until")} value={value("until")} onChange={(until) => change({ until })} />
            {onClear !== undefined && (
                <Button kind="quiet" icon="close" onClick={onClear}>
                    {t("services.clearFilters")}
                </Button>
            )}
        </div>
    );
}

interface FilterProps {
    label: string;
    value: string;
    onChange: (value: string) => void;
}

function TextFilter({ label, value, onChange }: FilterProps) {
    const [text, setText] = useState(value);
    useEffect(() => setText(value), [value]);
    const tell = () => {
        if (text.trim() !== value) onChange(text.trim());
    };
    const submit = (event: FormEvent) => {
        event.preventDefault();
        tell();
    };
    return (
        <form className="text-filter" onSubmit={submit}>
            <input
                className="input"
                aria-label={label}
                placeholder={label}
                value={text}
                maxLength={64}
                onChange={(event) => setText(event.target.value)}
                onBlur={tell}
            />
        </form>
    );
}

function MomentFilter({ label, value, onChange }: FilterProps) {
    return (
        <label className="row moment-filter">
            <span className="faint small">{label}</span>
            <input
                className="input"
                type="datetime-local"
                value={value}
                onChange={(event) => onChange(event.target.value)}
            />
        </label>
    );
}
