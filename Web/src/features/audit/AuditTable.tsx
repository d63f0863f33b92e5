import type { ReactNode } from "react";
import type { AuditEntry, AuditResult } from "../../api/types";
import { DataTable, type Column } from "../../design/DataTable";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import type { PagedList } from "../../lib/usePages";

const tones: Record<AuditResult, string> = { succeeded: "ok", failed: "bad", denied: "warn" };

interface AuditTableProps {
    pages: PagedList<AuditEntry>;
    empty: ReactNode;
    hidesTarget?: boolean;
    /** Where it happened, in words. */
    placeOf?: (entry: AuditEntry) => string;
}

export function AuditTable({ pages, empty, hidesTarget, placeOf }: AuditTableProps) {
    const { t } = useTexts();
    const columns: (Column<AuditEntry> | false)[] = [
        { id: "at", title: t("audit.at"), cell: (entry) => <Time at={entry.at} /> },
        {
            id: "actor",
            title: t("audit.actor"),
            cell: (entry) => (
                <div>
                    <div className="break">{entry.actor.email === "" ? t("audit.platform") : entry.actor.email}</div>
                    <div className="faint small nowrap">
                        {[entry.actor.address, entry.actor.tokenId === undefined ? "" : t("audit.byToken")]
                            .filter(Boolean)
                            .join(" · ")}
                    </div>
                </div>
            ),
        },
        { id: "operation", title: t("audit.operation"), cell: (entry) => <code>{entry.operation}</code> },
        hidesTarget !== true && {
            id: "target",
            title: t("audit.target"),
            cell: (entry) => (
                <div className="wide-cell">
                    <div className="break">{entry.target.name}</div>
                    <div className="faint small">{entry.target.type}</div>
                </div>
            ),
        },
        {
            id: "result",
            title: t("jobs.result"),
            cell: (entry) => (
                <span className={`badge ${tones[entry.result]}`}>{t(`audit.result.${entry.result}`)}</span>
            ),
        },
        {
            id: "detail",
            title: t("audit.detail"),
            cell: (entry) => <div className="soft break wide-cell">{entry.detail}</div>,
        },
        placeOf !== undefined && {
            id: "place",
            title: t("audit.place"),
            cell: (entry) => <span className="soft">{placeOf(entry)}</span>,
        },
    ];
    return (
        <DataTable<AuditEntry>
            isWrapping
            label={t("nav.audit")}
            columns={columns.filter((each): each is Column<AuditEntry> => each !== false)}
            list={pages}
            rowKey={(entry) => String(entry.sequence)}
            empty={empty}
        />
    );
}
