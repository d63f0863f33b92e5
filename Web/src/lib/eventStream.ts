// Server-sent events that come back by themselves. A browser keeps few connections to one origin, so a stream is closed
// while the page is hidden, and opened anew when it is seen again.
import { useEffect, useRef, useState } from "react";
import { whenRefreshed } from "./refresh";

export type LiveState = "connecting" | "live" | "lost";

export interface StreamHandlers {
    /** By the event's name; called with its data. */
    events: Readonly<Record<string, (data: string) => void>>;
    /** It is open again after it was not: events may have been missed. */
    onReopened?: () => void;
}

const longestPause = 30_000;

class EventStream {
    private source: EventSource | undefined;
    private retry: number | undefined;
    private failures = 0;
    private wasOpen = false;

    constructor(
        private readonly address: string,
        private readonly handlers: () => StreamHandlers,
        private readonly onState: (state: LiveState) => void,
    ) {}

    open(): void {
        if (this.source !== undefined) return;
        const source = new EventSource(this.address);
        this.source = source;
        source.onopen = () => {
            this.failures = 0;
            this.onState("live");
            if (this.wasOpen) this.handlers().onReopened?.();
            this.wasOpen = true;
        };
        source.onerror = () => this.again();
        for (const name of Object.keys(this.handlers().events)) {
            source.addEventListener(name, (event) =>
                this.handlers().events[name]?.((event as MessageEvent<string>).data),
            );
        }
    }

    close(): void {
        this.source?.close();
        this.source = undefined;
        window.clearTimeout(this.retry);
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

/** @param address of the stream; `undefined` opens none. */
export function useEventStream(address: string | undefined, handlers: StreamHandlers): LiveState {
    const [state, setState] = useState<LiveState>("connecting");
    const latest = useRef(handlers);
    latest.current = handlers;
    useEffect(() => {
        if (address === undefined) return;
        const stream = new EventStream(address, () => latest.current, setState);
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
    }, [address]);
    return state;
}
