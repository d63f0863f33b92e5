// Batches in words: what they do, where they stand, how they go about it.
import type { Batch, BatchCounts, BatchItemState, BatchPolicy, BatchState } from "../../api/hosting";
import type { Translate } from "../../i18n/i18n";
import { duration } from "../../lib/time";
import type { Tone } from "../overview/Figure";

export const totalOf = (counts: BatchCounts): number => Object.values(counts).reduce((sum, each) => sum + each, 0);
export const openOf = (counts: BatchCounts): number => counts.pending + counts.waiting + counts.running;
export const doneOf = (counts: BatchCounts): number => totalOf(counts) - openOf(counts);
/** How far it is: on the way back, of what was changed so much is undone. */
export function progressOf({ counts, direction }: Pick<Batch, "counts" | "direction">): {
    done: number;
    total: number;
} {
    return direction === "back"
        ? { done: counts.rolledBack, total: counts.rolledBack + counts.succeeded + counts.running }
        : { done: doneOf(counts), total: totalOf(counts) };
}

export const isOver = (batch: Batch): boolean => !["pending", "running", "paused"].includes(batch.state);

export const batchTitle = (batch: Pick<Batch, "kind" | "counts">, t: Translate): string =>
    t(`batch.title.${batch.kind}`, { count: totalOf(batch.counts) });

export const batchPlace = (batch: Pick<Batch, "id" | "projectId">): string =>
    `/projects/${batch.projectId}/batches/${batch.id}`;

export const stateTone: Record<BatchState, Tone | ""> = {
    pending: "",
    running: "accent",
    paused: "warn",
    succeeded: "ok",
    failed: "bad",
    cancelled: "",
    rolledBack: "warn",
};

export const itemTone: Record<BatchItemState, Tone | ""> = {
    pending: "",
    waiting: "warn",
    running: "accent",
    succeeded: "ok",
    failed: "bad",
    skipped: "",
    cancelled: "",
    rolledBack: "warn",
};

/** What the platform says in passing, as a sentence of its own. */
export const sentence = (text: string): string =>
    `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

export function policyWords(policy: BatchPolicy, t: Translate): string[] {
    return [
        waveWords(policy, t),
        concurrencyWords(policy, t),
        failureWords(policy, t),
        gateWords(policy, t),
        offlineWords(policy, t),
        windowWords(policy, t),
        retryWords(policy, t),
    ].filter((each) => each !== "");
}

function waveWords({ waves = [] }: BatchPolicy, t: Translate): string {
    return waves.length === 0 ? t("policy.oneWave") : t("policy.waves", { sizes: waves.join(", ") });
}

function concurrencyWords({ concurrency, concurrencyPerHost }: BatchPolicy, t: Translate): string {
    if (concurrency === undefined) return "";
    return typeof concurrencyPerHost === "number"
        ? t("policy.concurrencyPerHost", { count: concurrency, host: concurrencyPerHost })
        : t("policy.concurrency", { count: concurrency });
}

function failureWords({ failureThreshold, onFailure = "pause" }: BatchPolicy, t: Translate): string {
    if (onFailure === "continue") return t("policy.onFailure.continue");
    const isAny = failureThreshold === undefined || failureThreshold === null || failureThreshold === 0;
    const when = isAny ? t("policy.anyFailure") : t("policy.moreFailures", { limit: String(failureThreshold) });
    return `${when} ${t(`policy.onFailure.${onFailure}`)}`;
}

function gateWords({ healthGate = 0 }: BatchPolicy, t: Translate): string {
    return healthGate > 0 ? t("policy.healthGate", { time: duration(healthGate) }) : "";
}

function offlineWords({ whenOffline, offlineDeadline = 0 }: BatchPolicy, t: Translate): string {
    return whenOffline === undefined ? "" : t(`policy.offline.${whenOffline}`, { time: duration(offlineDeadline) });
}

function windowWords({ window }: BatchPolicy, t: Translate): string {
    if (window === null || window === undefined) return "";
    const days = window.days.length === 0 ? t("day.every") : window.days.map((day) => t(`day.${day}`)).join(", ");
    return t("policy.window", { days, from: window.from, to: window.to, zone: window.timeZone });
}

function retryWords({ retries }: BatchPolicy, t: Translate): string {
    if (retries === undefined) return "";
    return retries === 0 ? t("policy.noRetries") : t("policy.retries", { count: retries });
}
