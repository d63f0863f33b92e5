import type { HostCheck } from "../../api/hosting";
import { Notice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { capacity } from "./engine";

/** What a node said when it was asked: what it is and what it has, or why it did not answer. */
export function HostCheckResult({ check }: { check: HostCheck }) {
    const { t } = useTexts();
    const { engine } = check;
    return (
        <Notice kind={check.reachable ? "ok" : "bad"}>
            <div className="strong">{t(check.reachable ? "host.answers" : "check.unreachable")}</div>
            {check.reason !== "" && <div>{check.reason}</div>}
            {engine && (
                <div>
                    {t("host.engineLine", { version: engine.version })} · {engine.operatingSystem} ·{" "}
                    {engine.architecture} · {capacity(engine, t)}
                </div>
            )}
            {check.warnings.map((warning) => (
                <div key={warning} className="soft">
                    {warning}
                </div>
            ))}
        </Notice>
    );
}
