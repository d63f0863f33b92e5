import type { BatchPlan, BatchPlanItem } from "../../api/hosting";
import { Notice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import "./install.css";

/** What a batch would do: how many, in which waves, what speaks against it, and what becomes of each. */
export function PlanView({ plan, hidesItems }: { plan: BatchPlan; hidesItems?: boolean }) {
    const { t } = useTexts();
    const facts = [
        t("services.count", { count: plan.total }),
        ...(plan.waves.length > 1
            ? [t("plan.waves", { count: plan.waves.length, sizes: plan.waves.map((wave) => wave.targets).join(", ") })]
            : []),
        ...(plan.offline > 0 ? [t("plan.offline", { count: plan.offline })] : []),
        ...(plan.leftOut > 0 ? [t("plan.leftOut", { count: plan.leftOut })] : []),
    ];
    return (
        <div className="stack">
            <p className="strong">{facts.join(" · ")}</p>
            {plan.warnings.map((warning) => (
                <Notice key={warning} kind="warn">
                    {warning}
                </Notice>
            ))}
            {hidesItems !== true && plan.items.length > 0 && <PlanItems items={plan.items} total={plan.total} />}
        </div>
    );
}

export function PlanItems({ items, total }: { items: readonly BatchPlanItem[]; total: number }) {
    const { t } = useTexts();
    return (
        <>
            <div className="table-scroll plan-items" role="region" aria-label={t("plan.items")} tabIndex={0}>
                <table className="table wrap cards">
                    <thead>
                        <tr>
                            <th scope="col">{t("jobs.service")}</th>
                            <th scope="col">{t("host.word")}</th>
                            <th scope="col">{t("plan.note")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {items.map((item) => (
                            <tr key={item.name}>
                                <td className="strong break">{item.name}</td>
                                <td>{item.hostName ?? "–"}</td>
                                <td className="break">
                                    {item.isRefused === true && (
                                        <span className="badge bad plan-mark">{t("plan.willFail")}</span>
                                    )}
                                    {item.note}
                                </td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
            {total > items.length && <p className="faint small">{t("plan.more", { count: total - items.length })}</p>}
        </>
    );
}
