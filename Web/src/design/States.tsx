import type { ReactNode } from "react";
import type { APIProblem } from "../api/problem";
import { useTexts, type Translate } from "../i18n/i18n";
import { Button } from "./Button";
import { Icon, type IconName } from "./icons";

interface StateProps {
    icon: IconName;
    title: string;
    children?: ReactNode;
    actions?: ReactNode;
    isBad?: boolean;
}

/** What stands where a list or a page would be. */
export function State({ icon, title, children, actions, isBad }: StateProps) {
    return (
        <div className={`state${isBad === true ? " bad" : ""}`} role={isBad === true ? "alert" : undefined}>
            <span className="mark">
                <Icon name={icon} size="l" />
            </span>
            <h2>{title}</h2>
            {children !== undefined && <p>{children}</p>}
            {actions !== undefined && <div className="row wrap">{actions}</div>}
        </div>
    );
}

/** What failed, in words for a person. */
export function problemText(problem: APIProblem, t: Translate): string {
    if (problem.code === "timedOut" && problem.isOffline) return t("problem.timedOut");
    if (problem.isOffline) return t("problem.offline");
    const fields = problem.errors.map((error) => `${error.field} ${error.message}`).join("; ");
    if (problem.status === 400 && fields !== "") return fields;
    return problem.detail === "" ? t("problem.unknown", { status: problem.status }) : problem.detail;
}

export function ProblemState({ problem, onRetry }: { problem: APIProblem; onRetry?: () => void }) {
    const { t } = useTexts();
    if (problem.status === 403 || problem.status === 404) {
        const isDenied = problem.status === 403;
        return (
            <State
                icon={isDenied ? "lock" : "search"}
                title={t(isDenied ? "problem.deniedTitle" : "problem.notFoundTitle")}
            >
                {isDenied ? problem.detail : t("problem.notFoundHint")}
            </State>
        );
    }
    return (
        <State
            isBad
            icon={problem.isOffline ? "offline" : "warning"}
            title={t(problem.isOffline ? "problem.offlineTitle" : "problem.title")}
            actions={
                onRetry !== undefined && (
                    <Button icon="refresh" onClick={onRetry}>
                        {t("common.retry")}
                    </Button>
                )
            }
        >
            {problemText(problem, t)}
            {problem.requestId !== undefined && problem.status >= 500 && (
                <>
                    <br />
                    <span className="faint small">{t("problem.request", { id: problem.requestId })}</span>
                </>
            )}
        </State>
    );
}

/** Says that something already shown could not be read anew, or that a form was refused. */
export function ProblemNotice({ problem, onRetry }: { problem: APIProblem; onRetry?: () => void }) {
    const { t } = useTexts();
    return (
        <div className="notice bad" role="alert">
            <Icon name="warning" />
            <div className="grow">{problemText(problem, t)}</div>
            {onRetry !== undefined && (
                <Button size="small" onClick={onRetry}>
                    {t("common.retry")}
                </Button>
            )}
        </div>
    );
}

type NoticeKind = "info" | "ok" | "bad" | "warn";
const noticeIcons: Record<NoticeKind, IconName> = { info: "info", ok: "check", bad: "warning", warn: "warning" };

export function Notice({ kind = "info", children }: { kind?: NoticeKind; children: ReactNode }) {
    return (
        <div className={`notice ${kind}`} role={kind === "info" ? "note" : "status"}>
            <Icon name={noticeIcons[kind]} />
            <div className="grow">{children}</div>
        </div>
    );
}

export function SkeletonRows({ rows, columns }: { rows: number; columns: number }) {
    return (
        <>
            {Array.from({ length: rows }, (_, row) => (
                <tr key={row} aria-hidden="true">
                    {Array.from({ length: columns }, (_, column) => (
                        <td key={column}>
                            <span className="skeleton" />
                        </td>
                    ))}
                </tr>
            ))}
        </>
    );
}

export function Loading() {
    const { t } = useTexts();
    return (
        <div className="state" role="status">
            <span className="spinner" aria-hidden="true" />
            <span>{t("common.loading")}</span>
        </div>
    );
}
