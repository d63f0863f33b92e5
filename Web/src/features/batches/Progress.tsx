import type { Batch, BatchCounts, BatchItemState, BatchState } from "../../api/hosting";
import { useTexts } from "../../i18n/i18n";
import { Bar } from "../overview/Figure";
import "./batches.css";
import { itemTone, progressOf, stateTone, totalOf } from "./words";

const shown: readonly BatchItemState[] = [
    "succeeded",
    "rolledBack",
    "skipped",
    "cancelled",
    "failed",
    "running",
    "waiting",
];

/** What has become of the targets, as a bar and in words. */
export function BatchProgress({ batch }: { batch: Pick<Batch, "counts" | "direction"> }) {
    const { t } = useTexts();
    const { done, total } = progressOf(batch);
    return (
        <span className="batch-progress">
            <CountsBar counts={batch.counts} />
            <span className="small soft number nowrap">
                {t(batch.direction === "back" ? "batch.undoneOf" : "batch.doneOf", { done, total })}
                {batch.counts.failed > 0 && (
                    <span className="batch-failed"> · {t("batch.failedCount", { count: batch.counts.failed })}</span>
                )}
            </span>
        </span>
    );
}

export function CountsBar({ counts }: { counts: BatchCounts }) {
    return (
        <Bar
            whole={totalOf(counts)}
            parts={shown.map((state) => ({ label: state, tone: itemTone[state] || "unknown", value: counts[state] }))}
        />
    );
}

export function BatchStateBadge({ state }: { state: BatchState }) {
    const { t } = useTexts();
    return <span className={`badge ${stateTone[state]}`}>{t(`batch.state.${state}`)}</span>;
}

export function ItemStateBadge({ state }: { state: BatchItemState }) {
    const { t } = useTexts();
    return (
        <span className={`badge ${itemTone[state]}`}>
            {state === "running" && <span className="spinner tiny" aria-hidden="true" />}
            {t(`batch.item.${state}`)}
        </span>
    );
}
