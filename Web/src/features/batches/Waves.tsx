import type { Batch, BatchCounts } from "../../api/hosting";
import { Icon } from "../../design/icons";
import { useTexts } from "../../i18n/i18n";
import { CountsBar } from "./Progress";
import { isOver, progressOf, totalOf } from "./words";

type WaveState = "done" | "now" | "next" | "left" | "back";

function stateOf(batch: Batch, number: number, counts: BatchCounts | undefined): WaveState {
    if (batch.direction === "back") {
        const changed = counts === undefined ? number <= batch.wave : counts.rolledBack + counts.succeeded > 0;
        return changed ? "back" : "left";
    }
    if (batch.state === "succeeded" || (batch.state === "failed" && number <= batch.wave)) return "done";
    if (number < batch.wave) return "done";
    if (isOver(batch)) return number === batch.wave ? "now" : "left";
    return number === batch.wave ? "now" : "next";
}

/** So many waves stand beside each other; of more, only the one under way. */
const most = 12;

/** The waves as steps, each with what has become of its services. */
export function Waves({ batch }: { batch: Batch }) {
    const { t } = useTexts();
    const isShort = batch.waves > most;
    const numbers = isShort ? [batch.wave] : Array.from({ length: batch.waves }, (_, index) => index + 1);
    return (
        <ol className="waves" aria-label={t("wave.label")}>
            {numbers.map((number) => {
                const counts = batch.waveCounts?.[number - 1];
                const state = stateOf(batch, number, counts);
                return (
                    <li key={number} className={`wave ${state}`} aria-current={state === "now" ? "step" : undefined}>
                        <span className="wave-mark" aria-hidden="true">
                            {state === "done" && <Icon name="check" size="s" />}
                            {state === "back" && <Icon name="undo" size="s" />}
                            {state !== "done" && state !== "back" && number}
                        </span>
                        <span className="wave-what">
                            <span className="strong">
                                {isShort ? t("wave.of", { number, count: batch.waves }) : t("wave.title", { number })}
                            </span>
                            <span className="faint small wave-size">
                                {counts ? (
                                    <>
                                        <WaveCounts counts={counts} state={state} direction={batch.direction} />
                                        {/* What the mark shows to those who see it. */}
                                        {(state === "done" || state === "now") && (
                                            <span className="hidden-text">, {t(`wave.${state}`)}</span>
                                        )}
                                    </>
                                ) : (
                                    t(`wave.${state}`)
                                )}
                            </span>
                            {counts && <CountsBar counts={counts} />}
                        </span>
                    </li>
                );
            })}
        </ol>
    );
}

interface WaveCountsProps extends Pick<Batch, "counts" | "direction"> {
    state: WaveState;
}

function WaveCounts({ counts, state, direction }: WaveCountsProps) {
    const { t } = useTexts();
    const size = totalOf(counts);
    const { done, total } = progressOf({ counts, direction });
    const parts: string[] = [];
    if (state === "back") parts.push(t("batch.undoneOf", { done, total }));
    else if (state === "next" || state === "left") {
        parts.push(t("services.count", { count: size }), t(`wave.${state}`));
    } else parts.push(done === total ? t("services.count", { count: size }) : t("wave.progress", { done, total }));
    if (counts.failed > 0) parts.push(t("wave.failed", { count: counts.failed }));
    return <>{parts.join(" · ")}</>;
}
