import type { Batch, BatchCounts } from "../../api/hosting";
import { Icon } from "../../design/icons";
import { useTexts } from "../../i18n/i18n";
import { doneOf, isOver, totalOf } from "./words";

type WaveState = "done" | "now" | "next" | "left";

function stateOf(batch: Batch, number: number): WaveState {
    if (batch.state === "succeeded" || (batch.state === "failed" && number <= batch.wave)) return "done";
    if (number < batch.wave) return "done";
    if (isOver(batch)) return number === batch.wave ? "now" : "left";
    return number === batch.wave ? "now" : "next";
}

/** So many waves stand beside each other; more are a sentence. */
const most = 12;

/** The waves as steps: those behind, the one under way, those to come. */
export function Waves({ batch }: { batch: Batch }) {
    const { t } = useTexts();
    if (batch.waves > most) {
        return <p className="soft">{t("wave.of", { number: batch.wave, count: batch.waves })}</p>;
    }
    return (
        <ol className="waves" aria-label={t("wave.label")}>
            {Array.from({ length: batch.waves }, (_, index) => {
                const number = index + 1;
                const state = stateOf(batch, number);
                const counts = batch.waveCounts?.[index];
                return (
                    <li key={number} className={`wave ${state}`} aria-current={state === "now" ? "step" : undefined}>
                        <span className="wave-mark" aria-hidden="true">
                            {state === "done" ? <Icon name="check" size="s" /> : number}
                        </span>
                        <span>
                            <span className="strong">{t("wave.title", { number })}</span>
                            <span className="faint small wave-size">
                                {counts ? <WaveCounts counts={counts} state={state} /> : t(`wave.${state}`)}
                            </span>
                        </span>
                    </li>
                );
            })}
        </ol>
    );
}

function WaveCounts({ counts, state }: { counts: BatchCounts; state: WaveState }) {
    const { t } = useTexts();
    const total = totalOf(counts);
    const done = doneOf(counts);
    const parts =
        state === "next" || state === "left"
            ? [t("services.count", { count: total }), t(`wave.${state}`)]
            : [done === total ? t("services.count", { count: total }) : t("wave.progress", { done, total })];
    if (counts.failed > 0) parts.push(t("wave.failed", { count: counts.failed }));
    return <>{parts.join(" · ")}</>;
}
