import { useState } from "react";
import type { ReactNode } from "react";
import type { EnrollmentToken, EnrollmentTokenState } from "../../api/agents";
import { api } from "../../api/client";
import { Button } from "../../design/Button";
import { DataTable, Pager, type Column } from "../../design/DataTable";
import { Confirm } from "../../design/Dialog";
import { State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { useInterval } from "../../lib/projectEvents";
import { usePages } from "../../lib/usePages";

const limit = 50;
/** Uses grow without an event. Milliseconds. */
const pace = 10_000;
const tones: Record<EnrollmentTokenState, string> = { active: "ok", expired: "", usedUp: "", revoked: "warn" };

/** What lets agents join by themselves. The secrets are not here: they were shown once. */
export function EnrollmentTokensTab({ project, add }: { project: string; add: ReactNode }) {
    const { t } = useTexts();
    const [asked, setAsked] = useState<EnrollmentToken>();
    const pages = usePages(`enrollment tokens ${project}`, limit, (request, signal) =>
        api.listEnrollmentTokens(project, request, signal),
    );
    useInterval(pages.reload, pace);
    return (
        <>
            <p className="soft">{t("enrollment.lead")}</p>
            <section className="card list-card">
                <DataTable<EnrollmentToken>
                    isWrapping
                    label={t("agent.tab.tokens")}
                    columns={useColumns(setAsked)}
                    list={{ ...pages, isLoading: pages.isLoading && pages.value === undefined }}
                    rowKey={(token) => token.id}
                    empty={
                        <State icon="key" title={t("enrollment.none")} actions={add}>
                            {t("enrollment.noneHint")}
                        </State>
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
            {asked !== undefined && (
                <Confirm
                    title={t("tokens.revokeTitle", { name: asked.name })}
                    submit={t("tokens.revoke")}
                    onClose={() => setAsked(undefined)}
                    onConfirm={async () => {
                        await api.revokeEnrollmentToken(project, asked.id);
                        pages.reload();
                    }}
                >
                    {t("enrollment.revokeText")}
                </Confirm>
            )}
        </>
    );
}

function useColumns(onRevoke: (token: EnrollmentToken) => void): Column<EnrollmentToken>[] {
    const { t, n } = useTexts();
    return [
        {
            id: "name",
            title: t("common.name"),
            className: "name-cell",
            cell: (token) => (
                <div>
                    <div className="strong break">{token.name}</div>
                    <div className="faint small break">{token.createdBy}</div>
                </div>
            ),
        },
        {
            id: "state",
            title: t("services.column.status"),
            cell: (token) => (
                <span className={`badge ${tones[token.state]}`}>{t(`enrollment.state.${token.state}`)}</span>
            ),
        },
        {
            id: "uses",
            title: t("enrollment.uses"),
            cell: (token) => (
                <span className="number nowrap">
                    {t("batch.doneOf", { done: n(token.uses), total: n(token.maximumUses) })}
                </span>
            ),
        },
        {
            id: "gives",
            title: t("enrollment.gives"),
            cell: (token) => <Given token={token} />,
        },
        { id: "expires", title: t("tokens.expires"), cell: (token) => <Time at={token.expiresAt} /> },
        {
            id: "used",
            title: t("tokens.lastUsed"),
            cell: (token) => <Time at={token.lastUsedAt} otherwise={t("services.never")} />,
        },
        {
            id: "actions",
            title: "",
            label: t("common.actions"),
            className: "actions",
            cell: (token) =>
                token.state === "active" && (
                    <Button size="small" kind="danger" onClick={() => onRevoke(token)}>
                        {t("tokens.revoke")}
                        <span className="hidden-text">{token.name}</span>
                    </Button>
                ),
        },
    ];
}

function Given({ token }: { token: EnrollmentToken }) {
    const { t } = useTexts();
    if (!token.adoptsOffers && token.tags.length === 0) return <span className="faint">–</span>;
    return (
        <span className="row wrap">
            {token.adoptsOffers && <span className="badge accent">{t("enrollment.adopts")}</span>}
            {token.tags.map((tag) => (
                <span className="chip" key={tag}>
                    <span className="ellipsis">{tag}</span>
                </span>
            ))}
        </span>
    );
}
