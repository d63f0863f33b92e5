import { useState } from "react";
import type { ReactNode } from "react";
import type { EdgeAgent } from "../../api/agents";
import { api } from "../../api/client";
import { DataTable, Pager, type Column } from "../../design/DataTable";
import { SearchInput } from "../../design/Field";
import { State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { useInterval, useProjectEvents, useThrottled } from "../../lib/projectEvents";
import { Link, useQuery } from "../../lib/router";
import { bytes } from "../../lib/time";
import { useDebounced } from "../../lib/useDebounced";
import { usePages } from "../../lib/usePages";
import { agentPlace } from "./address";
import { AgentMarks, AgentStatus, latency } from "./status";

const limit = 50;
/** Shortest time between two readings because some came or went. Milliseconds. */
const pace = 1500;
/** Latency and bytes change without an event. Milliseconds. */
const heartbeat = 10_000;

const choices = [
    { value: undefined, label: "agent.all" },
    { value: "true", label: "status.online" },
    { value: "false", label: "status.offline" },
] as const;

interface AgentsTabProps {
    project: string;
    mayEdit: boolean;
    /** The button that begins it. */
    add: ReactNode;
}

export function AgentsTab({ project, mayEdit, add }: AgentsTabProps) {
    const { t } = useTexts();
    const [query, change] = useQuery();
    const [text, setText] = useState("");
    const q = useDebounced(text.trim(), 180);
    const asked = choices.find(({ value }) => value === (query.get("online") ?? undefined))?.value;
    const online = asked === undefined ? undefined : asked === "true";
    const pages = usePages(`agents ${project} ${q} ${asked ?? ""}`, limit, (request, signal) =>
        api.listAgents(project, { q, online }, request, signal),
    );
    const soon = useThrottled(pages.reload, pace);
    useProjectEvents(project, { onAgents: soon, onResync: soon });
    useInterval(() => {
        if (!pages.isLoading) pages.reload();
    }, heartbeat);
    const columns = useColumns(project);
    const isFiltered = q !== "" || asked !== undefined;
    return (
        <>
            {(isFiltered || (pages.total ?? 0) > 0) && (
                <div className="filters" role="search">
                    <SearchInput label={t("agent.search")} value={text} onChange={setText} />
                    <div className="segments" role="group" aria-label={t("agent.which")}>
                        {choices.map((choice) => (
                            <button
                                key={choice.label}
                                type="button"
                                aria-pressed={asked === choice.value}
                                onClick={() => change({ online: choice.value })}
                            >
                                {t(choice.label)}
                            </button>
                        ))}
                    </div>
                </div>
            )}
            <section className="card list-card">
                <DataTable<EdgeAgent>
                    label={t("nav.agents")}
                    columns={columns}
                    // What is read again and again does not say so each time.
                    list={{ ...pages, isLoading: pages.isLoading && pages.value === undefined }}
                    rowKey={(agent) => agent.id}
                    empty={
                        isFiltered ? (
                            <State icon="search" title={t("agent.noneFound")} />
                        ) : (
                            <State icon="agent" title={t("agent.none")} actions={add}>
                                {t(mayEdit ? "agent.noneHint" : "agent.noneHintUser")}
                            </State>
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
        </>
    );
}

function useColumns(project: string): Column<EdgeAgent>[] {
    const { t } = useTexts();
    return [
        {
            id: "name",
            title: t("common.name"),
            className: "name-cell",
            cell: (agent) => (
                <span className="row wrap agent-name">
                    <Link className="strong break" to={agentPlace(project, agent.id)}>
                        {agent.name}
                    </Link>
                    <AgentMarks agent={agent} />
                </span>
            ),
        },
        { id: "status", title: t("services.column.status"), cell: (agent) => <AgentStatus agent={agent} /> },
        { id: "since", title: t("service.statusSince"), cell: (agent) => <Time at={agent.statusSince} /> },
        { id: "address", title: t("agent.address"), cell: (agent) => <Text of={agent.address} isMono /> },
        { id: "version", title: t("services.column.version"), cell: (agent) => <Text of={agent.version} /> },
        {
            id: "latency",
            title: t("agent.latency"),
            cell: (agent) => <span className="number nowrap">{latency(agent, t)}</span>,
        },
        {
            id: "traffic",
            title: t("agent.traffic"),
            cell: (agent) => (
                <span className="number nowrap" title={t("agent.trafficHint")}>
                    {bytes(agent.bytesReceived)} / {bytes(agent.bytesSent)}
                </span>
            ),
        },
        {
            id: "services",
            title: t("nav.services"),
            cell: (agent) => (
                <Link className="number" to={`/projects/${project}/services?agent=${agent.id}`}>
                    {agent.services}
                </Link>
            ),
        },
    ];
}

function Text({ of, isMono }: { of: string; isMono?: boolean }) {
    if (of === "") return <span className="faint">–</span>;
    return <span className={`nowrap ${isMono === true ? "mono" : "number"}`}>{of}</span>;
}
