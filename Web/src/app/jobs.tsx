// Long work over many services: goes on while other pages are looked at, shows its progress, and keeps a result for
// each service.
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { MessageKey, Values } from "../i18n/i18n";

export interface JobResult {
    id: string;
    name: string;
    /** Empty when it went well. */
    reason: string;
}

export type JobState = "running" | "done" | "stopped" | "failed";

export interface Job {
    id: number;
    title: { key: MessageKey; values: Values };
    project: string;
    state: JobState;
    /** Unknown while what is to be done is still being gathered. */
    total: number | undefined;
    results: readonly JobResult[];
    failures: number;
    /** What ended it as a whole. */
    reason: string;
}

export interface JobWork {
    title: Job["title"];
    project: string;
    run: (progress: JobProgress) => Promise<void>;
}

export interface JobProgress {
    signal: AbortSignal;
    setTotal: (total: number) => void;
    add: (result: JobResult) => void;
}

interface Jobs {
    jobs: readonly Job[];
    start: (work: JobWork) => number;
    stop: (id: number) => void;
    forget: (id: number) => void;
}

const JobsContext = createContext<Jobs | undefined>(undefined);
let lastId = 0;
const painting = 120;

export function JobsProvider({ children }: { children: ReactNode }) {
    const [jobs, setJobs] = useState<Job[]>([]);
    const stops = useRef(new Map<number, AbortController>());

    const start = useCallback((work: JobWork) => {
        lastId += 1;
        const id = lastId;
        const abort = new AbortController();
        stops.current.set(id, abort);
        const results: JobResult[] = [];
        let failures = 0;
        const job: Job = {
            id,
            title: work.title,
            project: work.project,
            state: "running",
            total: undefined,
            results,
            failures: 0,
            reason: "",
        };
        setJobs((all) => [job, ...all].slice(0, 20));
        const update = (change: Partial<Job>) =>
            setJobs((all) =>
                all.map((each) => (each.id === id ? { ...each, ...change, results: [...results], failures } : each)),
            );
        // Thousands of results are not thousands of paintings.
        let timer: number | undefined;
        const later = () => {
            timer ??= window.setTimeout(() => {
                timer = undefined;
                update({});
            }, painting);
        };
        const end = (state: JobState, reason: string) => {
            window.clearTimeout(timer);
            stops.current.delete(id);
            update({ state, reason });
        };
        work.run({
            signal: abort.signal,
            setTotal: (total) => update({ total }),
            add: (result) => {
                results.push(result);
                if (result.reason !== "") failures += 1;
                later();
            },
        }).then(
            () => end(abort.signal.aborted ? "stopped" : "done", ""),
            (error: unknown) =>
                end(
                    abort.signal.aborted ? "stopped" : "failed",
                    error instanceof Error ? error.message : String(error),
                ),
        );
        return id;
    }, []);
    const stop = useCallback((id: number) => stops.current.get(id)?.abort(), []);
    const forget = useCallback((id: number) => setJobs((all) => all.filter((each) => each.id !== id)), []);

    const isRunning = jobs.some((job) => job.state === "running");
    useEffect(() => {
        if (!isRunning) return;
        const ask = (event: BeforeUnloadEvent) => event.preventDefault();
        window.addEventListener("beforeunload", ask);
        return () => window.removeEventListener("beforeunload", ask);
    }, [isRunning]);

    const value = useMemo(() => ({ jobs, start, stop, forget }), [jobs, start, stop, forget]);
    return <JobsContext.Provider value={value}>{children}</JobsContext.Provider>;
}

export function useJobs(): Jobs {
    const jobs = useContext(JobsContext);
    if (jobs === undefined) throw new Error("useJobs outside JobsProvider");
    return jobs;
}
