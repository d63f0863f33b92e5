import { useState } from "react";
import type { EdgeAgent } from "../../api/agents";
import { api } from "../../api/client";
import { Button } from "../../design/Button";
import { CopyButton } from "../../design/Copy";
import { DataTable, Pager, type Column } from "../../design/DataTable";
import { Confirm } from "../../design/Dialog";
import { SearchInput } from "../../design/Field";
import { Icon } from "../../design/icons";
import { MenuItem, Popup } from "../../design/Popup";
import { problemText, State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { useInterval } from "../../lib/projectEvents";
import { useRouter } from "../../lib/router";
import { useDebounced } from "../../lib/useDebounced";
import { usePages } from "../../lib/usePages";
import { problemFrom } from "../../lib/useResource";
import { agentPlace } from "./address";
import { ClaimUnmanaged } from "./ClaimDialogs";
import { OfferList } from "./OfferList";
import { AgentStatus } from "./status";

const limit = 50;
/** They are of no project, whose events would tell. Milliseconds. */
const pace = 5000;

type Asked = { kind: "claim" | "revoke" | "delete"; agent: EdgeAgent };

/** Agents that came without a token: nothing is reached through them until somebody has claimed them. */
export function UnmanagedTab({ project }: { project: string }) {
    const { t } = useTexts();
    const { go } = useRouter();
    const tell = useTell();
    const [text, setText] = useState("");
    const [asked, setAsked] = useState<Asked>();
    const q = useDebounced(text.trim(), 180);
    const pages = usePages(`unmanaged agents ${q}`, limit, (request, signal) =>
        api.listUnmanagedAgents(q, request, signal),
    );
    useInterval(() => {
        if (!pages.isLoading) pages.reload();
    }, pace);
    const restore = (agent: EdgeAgent) =>
        void api
            .restoreAgent(agent.id)
            .then(pages.reload, (error: unknown) => tell(problemText(problemFrom(error), t), { isBad: true }));
    const close = () => setAsked(undefined);
    const columns = useColumns(setAsked, restore);
    return (
        <>
            <p className="soft">{t("agent.unmanagedLead")}</p>
            {(q !== "" || (pages.total ?? 0) > 8) && (
                <div className="filters" role="search">
                    <SearchInput label={t("agent.search")} value={text} onChange={setText} />
                </div>
            )}
            <section className="card list-card">
                <DataTable<EdgeAgent>
                    isWrapping
                    label={t("agent.tab.unmanaged")}
                    columns={columns}
                    list={{ ...pages, isLoading: pages.isLoading && pages.value === undefined }}
                    rowKey={(agent) => agent.id}
                    empty={
                        q === "" ? (
                            <State icon="agent" title={t("agent.noneUnmanaged")}>
                                {t("agent.noneUnmanagedHint")}
                            </State>
                        ) : (
                            <State icon="search" title={t("agent.noneFound")} />
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
            {asked?.kind === "claim" && (
                <ClaimUnmanaged
                    project={project}
                    agent={asked.agent}
                    onClose={close}
                    onDone={(agent) => go(agentPlace(agent.projectId ?? project, agent.id))}
                />
            )}
            {asked?.kind === "revoke" && (
                <Confirm
                    title={t("tokens.revokeTitle", { name: asked.agent.name })}
                    submit={t("tokens.revoke")}
                    onClose={close}
                    onConfirm={async () => {
                        await api.revokeAgent(asked.agent.id);
                        pages.reload();
                    }}
                >
                    {t("agent.revokeUnmanagedText")}
                </Confirm>
            )}
            {asked?.kind === "delete" && (
                <Confirm
                    title={t("service.deleteTitle", { name: asked.agent.name })}
                    submit={t("agent.deleteSubmit")}
                    onClose={close}
                    onConfirm={async () => {
                        await api.deleteAgent(asked.agent.id, false);
                        pages.reload();
                    }}
                >
                    {t("agent.deleteUnmanagedText")}
                </Confirm>
            )}
        </>
    );
}

function useColumns(ask: (asked: Asked) => void, restore: (agent: EdgeAgent) => void): Column<EdgeAgent>[] {
    const { t } = useTexts();
    return [
        {
            id: "name",
            title: t("common.name"),
            className: "name-cell",
            cell: (agent) => (
                <div>
                    <div className="strong break">{agent.name}</div>
                    {agent.description !== "" && <div className="faint small break">{agent.description}</div>}
                </div>
            ),
        },
        {
            id: "status",
            title: t("services.column.status"),
            cell: (agent) => (
                <span className="row wrap">
                    <AgentStatus agent={agent} />
                    <span className="faint small">
                        <Time at={agent.statusSince} otherwise="" />
                    </span>
                </span>
            ),
        },
        {
            id: "fingerprint",
            title: t("agent.fingerprint"),
            cell: (agent) => (
                <span className="row">
                    <code className="small break fingerprint">{agent.fingerprint}</code>
                    <CopyButton text={agent.fingerprint} label={t("agent.copyFingerprint")} />
                </span>
            ),
        },
        {
            id: "address",
            title: t("agent.address"),
            cell: (agent) => (
                <div>
                    <div className="mono">{agent.address === "" ? "–" : agent.address}</div>
                    <div className="faint small">{agent.system}</div>
                </div>
            ),
        },
        { id: "offers", title: t("offer.offers"), cell: (agent) => <Offers agent={agent} /> },
        {
            id: "actions",
            title: "",
            label: t("common.actions"),
            className: "actions",
            cell: (agent) => <Actions agent={agent} ask={ask} restore={restore} />,
        },
    ];
}

function Offers({ agent }: { agent: EdgeAgent }) {
    const { t, n } = useTexts();
    if (agent.offers === 0) return <span className="faint">–</span>;
    return (
        <Popup
            kind="dialog"
            align="end"
            label={t("agent.tab.offers")}
            trigger={(wired) => (
                <button
                    type="button"
                    className="button small"
                    aria-label={t("agent.showOffers", { count: agent.offers, name: agent.name })}
                    {...wired}
                >
                    <span className="number">{n(agent.offers)}</span>
                    <Icon name="down" size="s" />
                </button>
            )}
        >
            {() => <OfferList agent={agent.id} />}
        </Popup>
    );
}

interface ActionsProps {
    agent: EdgeAgent;
    ask: (asked: Asked) => void;
    restore: (agent: EdgeAgent) => void;
}

function Actions({ agent, ask, restore }: ActionsProps) {
    const { t } = useTexts();
    const isRevoked = agent.state === "revoked";
    const label = t("users.actions", { name: agent.name });
    return (
        <span className="row actions-row">
            {!isRevoked && (
                <Button size="small" onClick={() => ask({ kind: "claim", agent })}>
                    {t("agent.claimSubmit")}
                    <span className="hidden-text">{agent.name}</span>
                </Button>
            )}
            <Popup
                label={label}
                align="end"
                trigger={(wired) => (
                    <button
                        type="button"
                        className="button quiet small icon-only"
                        aria-label={label}
                        title={label}
                        {...wired}
                    >
                        <Icon name="more" />
                    </button>
                )}
            >
                {(close) => (
                    <>
                        <MenuItem
                            icon={isRevoked ? "undo" : "lock"}
                            onSelect={() => {
                                close();
                                if (isRevoked) restore(agent);
                                else ask({ kind: "revoke", agent });
                            }}
                        >
                            {t(isRevoked ? "agent.restore" : "tokens.revoke")}
                        </MenuItem>
                        <MenuItem
                            icon="trash"
                            isDanger
                            onSelect={() => {
                                close();
                                ask({ kind: "delete", agent });
                            }}
                        >
                            {t("common.delete")}
                        </MenuItem>
                    </>
                )}
            </Popup>
        </span>
    );
}
