// A project's changes as they happen, and what keeps a page fresh besides.
import { useEffect, useRef } from "react";
import { places } from "../api/client";
import type { ServiceChange } from "../api/types";
import { useEventStream, type LiveState } from "./eventStream";

export type { LiveState };

export interface ProjectEventHandlers {
    /** Changes since the last call, at most a few calls a second however many there are. */
    onChanges: (changes: ServiceChange[]) => void;
    /** Changes may have been missed. */
    onResync: () => void;
}

const gathering = 250;

export function useProjectEvents(project: string, handlers: ProjectEventHandlers): LiveState {
    const latest = useRef(handlers);
    latest.current = handlers;
    const gathered = useRef<{ changes: ServiceChange[]; flush?: number }>({ changes: [] });
    useEffect(() => {
        const mine = gathered.current;
        return () => window.clearTimeout(mine.flush);
    }, []);
    const gather = (text: string) => {
        try {
            gathered.current.changes.push(JSON.parse(text) as ServiceChange);
        } catch {
            return;
        }
        gathered.current.flush ??= window.setTimeout(() => {
            const { changes } = gathered.current;
            gathered.current = { changes: [] };
            latest.current.onChanges(changes);
        }, gathering);
    };
    const onResync = () => latest.current.onResync();
    return useEventStream(places.streamProjectEvents(project), {
        events: { service: gather, resync: onResync },
        onReopened: onResync,
    });
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
