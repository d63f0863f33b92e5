// How a batch goes about its targets, as fields of a form, and as the platform wants it.
import type { BatchKind, BatchPolicy, BatchShare, Day, OnFailure, WhenOffline } from "../../api/hosting";

export interface PolicyForm {
    /** "1, 10%, 50%" */
    waves: string;
    concurrency: string;
    concurrencyPerHost: string;
    onFailure: OnFailure;
    failureThreshold: string;
    /** Seconds. */
    healthGate: string;
    /** Seconds. */
    startLimit: string;
    whenOffline: WhenOffline;
    offlineHours: string;
    hasWindow: boolean;
    days: Day[];
    from: string;
    to: string;
    timeZone: string;
    retries: string;
}

const usual: PolicyForm = {
    waves: "",
    concurrency: "10",
    concurrencyPerHost: "2",
    onFailure: "pause",
    failureThreshold: "",
    healthGate: "0",
    startLimit: "180",
    whenOffline: "fail",
    offlineHours: "24",
    hasWindow: false,
    days: [],
    from: "22:00",
    to: "05:00",
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    retries: "2",
};

/** What is careful enough for most: few first, where a mistake costs most. */
export function usualPolicy(kind: BatchKind, count: number): PolicyForm {
    switch (kind) {
        case "upgrade":
            return { ...usual, waves: count > 10 ? "1, 10%, 50%" : count > 1 ? "1" : "", healthGate: "30" };
        case "install":
            return { ...usual, failureThreshold: "10%" };
        default:
            return { ...usual, onFailure: "continue" };
    }
}

export const canRollBack = (kind: BatchKind): boolean => kind === "install" || kind === "upgrade";
export const leavesRunning = (kind: BatchKind): boolean => kind !== "stop" && kind !== "delete";

/** What is none is sent as it is: the platform says what it wants there. */
function share(text: string): BatchShare {
    const trimmed = text.replace(/\s/g, "");
    return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}

const number = (text: string): number | undefined => (text.trim() === "" ? undefined : Number(text));

export function policyOf(form: PolicyForm, kind: BatchKind): BatchPolicy {
    return {
        waves: form.waves
            .split(/[,;]/)
            .filter((each) => each.trim() !== "")
            .map(share),
        concurrency: number(form.concurrency),
        concurrencyPerHost: number(form.concurrencyPerHost),
        failureThreshold: form.failureThreshold.trim() === "" ? undefined : share(form.failureThreshold),
        onFailure: form.onFailure,
        healthGate: leavesRunning(kind) ? number(form.healthGate) : 0,
        startLimit: number(form.startLimit),
        whenOffline: form.whenOffline,
        offlineDeadline: form.whenOffline === "wait" ? Math.round((number(form.offlineHours) ?? 24) * 3600) : undefined,
        window: form.hasWindow
            ? { days: form.days, from: form.from, to: form.to, timeZone: form.timeZone.trim() }
            : undefined,
        retries: number(form.retries),
    };
}
