// A project's changes as they happen. A browser keeps few connections to one origin, so the stream is closed while the
// page is hidden, and everything is read anew when it is seen again.
import { useEffect, useRef, useState } from "react";
import { places } from "../api/client";
import type { ServiceChange } from "../api/types";
import { whenRefreshed } from "./refresh";

export type LiveState = "connecting" | "live" | "lost";

export interface ProjectEventHandlers {
    /** Changes since the last call, at most a few calls a second however many there are. */
    onChanges: (changes: ServiceChange[]) => void;
    /** Changes may have been missed. */
    onResync: () => void;
}

const gathering = 250;
const longestPause = 30_000;

class ProjectStream {
    private source: EventSource | undefined;
    private gathered: ServiceChange[] = [];
    private flush: number | undefined;
    private retry: number | undefined;
    private failures = 0;
    private wasOpen = false;

    constructor(
        private readonly project: string,
        private readonly handlers: () => ProjectEventHandlers,
        private readonly onState: (state: LiveState) => void,
    ) {}

    open(): void {
        if (this.source !== undefined) return;
        const source = new EventSource(places.streamProjectEvents(this.project));
        this.source = source;
        source.onopen = () => {
            this.failures = 0;
            this.onState("live");
            if (this.wasOpen) this.handlers().onResync();
            this.wasOpen = true;
        };
        source.onerror = () => this.again();
        source.addEventListener("resync", () => this.handlers().onResync());
        source.addEventListener("service", (event) => this.gather((event as MessageEvent<string>).data));
    }

    close(): void {
        this.source?.close();
        this.source = undefined;
        window.clearTimeout(this.retry);
        window.clearTimeout(this.flush);
        this.flush = undefined;
        this.gathered = [];
    }

    private gather(text: string): void {
        try {
            this.gathered.push(JSON.parse(text) as ServiceChange);
        } catch {
            return;
        }
        this.flush ??= window.setTimeout(() => {
            const changes = this.gathered;
            this.gathered = [];
            this.flush = undefined;
            this.handlers().onChanges(changes);
        }, gathering);
    }

    /** The browser's own retry neither slows down nor survives an error answer. */
    private again(): void {
        this.close();
        this.onState("lost");
        const pause = Math.min(longestPause, 1000 * 2 ** this.failures);
        this.failures += 1;
        this.retry = window.setTimeout(() => this.open(), pause * (0.75 + Math.random() / 2));
    }
}

export function useProjectEvents(project: string, handlers: ProjectEventHandlers): LiveState {
    const [state, setState] = useState<LiveState>("connecting");
    const latest = useRef(handlers);
    latest.current = handlers;
    useEffect(() => {
        const stream = new ProjectStream(project, () => latest.current, setState);
        const follow = () => {
            if (document.hidden) stream.close();
            else stream.open();
        };
        follow();
        document.addEventListener("visibilitychange", follow);
        // Not only after the pause: the network is back, or somebody signed in again.
        const forget = whenRefreshed(() => {
            stream.close();
            follow();
        });
        return () => {
            forget();
            document.removeEventListener("visibilitychange", follow);
            stream.close();
        };
    }, [project]);
    return state;
}

/** Calls `act` every `interval` milliseconds while the page is seen: for times that change without an event. */
export function useInterval(act: () => void, interval: number): void {
    const latest = useRef(act);
    latest.current = act;
    useEffect(() => {
        const timer = window.setInterval(() => {
            if (!document.hidden) latest.current();
        }, interval);
        return () => window.clearInterval(timer);
    }, [interval]);
}

/** Calls `act` at once and then at most once every `interval` milliseconds, and once more after the last call. */
export function useThrottled(act: () => void, interval: number): () => void {
    const latest = useRef(act);
    latest.current = act;
    const state = useRef<{ timer?: number; last: number }>({ last: 0 });
    useEffect(() => () => window.clearTimeout(state.current.timer), []);
    const call = useRef(() => {
        if (state.current.timer !== undefined) return;
        const wait = Math.max(0, state.current.last + interval - Date.now());
        state.current.timer = window.setTimeout(() => {
            state.current.timer = undefined;
            state.current.last = Date.now();
            latest.current();
        }, wait);
    });
    return call.current;
}
