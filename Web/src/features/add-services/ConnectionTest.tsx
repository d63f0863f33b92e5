import type { APIProblem } from "../../api/problem";
import type { ConnectionCheck } from "../../api/types";
import { Notice, ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";

export function ConnectionResult({ check, problem }: { check: ConnectionCheck | undefined; problem?: APIProblem }) {
    const { t } = useTexts();
    if (problem !== undefined) return <ProblemNotice problem={problem} />;
    if (check === undefined) return null;
    const isGood = check.reachable && check.authenticated;
    const title = isGood ? t("check.good") : check.reachable ? t("check.refused") : t("check.unreachable");
    return (
        <Notice kind={isGood ? "ok" : check.reachable ? "warn" : "bad"}>
            <div className="strong">{title}</div>
            <div>{check.message}</div>
            {check.version !== undefined && (
                <div className="soft">{t("check.version", { version: check.version })}</div>
            )}
        </Notice>
    );
}
