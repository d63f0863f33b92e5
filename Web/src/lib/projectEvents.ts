// A project's changes as they happen, and what keeps a page fresh besides.
import { useEffect, useRef } from "react";
import type { AgentChange } from "../api/agents";
import { places } from "../api/client";
import type { ServiceChange } from "../api/types";
import { useEventStream, type LiveState } from "./eventStream";

export type { LiveState };

export interface ProjectEventHandlers {
    /** Changes since the last call, at most a few calls a second however many there are. */
    onChanges?: (changes: ServiceChange[]) => void;
    onAgents?: (changes: AgentChange[]) => void;
    /** Changes may have been missed. */
    onResync: () => void;
}

const gathering = 250;

export function useProjectEvents(project: string, handlers: ProjectEventHandlers): LiveState {
    const latest = useRef(handlers);
    latest.current = handlers;
    const service = useGathered<ServiceChange>((changes) => latest.current.onChanges?.(changes));
    const agent = useGathered<AgentChange>((changes) => latest.current.onAgents?.(changes));
    const onResync = () => latest.current.onResync();
    return useEventStream(places.streamProjectEvents(project), {
        events: { service, agent, resync: onResync },
        onReopened: onResync,
    });
}

/** @returns what takes one change as JSON; `act` is called with several at a time. */
function useGathered<Change>(act: (changes: Change[]) => void): (text: string) => void {
    const latest = useRef(act);
    latest.current = act;
    const gathered = useRef<{ changes: Change[]; flush?: number }>({ changes: [] }).current;
    useEffect(() => () => window.clearTimeout(gathered.flush), [gathered]);
    return (text) => {
        try {
            gathered.changes.push(JSON.parse(text) as Change);
        } catch {
            return;
        }
        gathered.flush ??= window.setTimeout(() => {
            const { changes } = gathered;
            gathered.changes = [];
            gathered.flush = undefined;
            latest.current(changes);
        }, gathering);
    };
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
