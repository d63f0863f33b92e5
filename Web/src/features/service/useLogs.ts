// What a hosted service writes: the last lines, then those that follow, bounded however much it writes.
import { useCallback, useEffect, useRef, useState } from "react";
import { places } from "../../api/client";
import { problemOf, type APIProblem } from "../../api/problem";
import { problemFrom } from "../../lib/useResource";

export interface LogLine {
    number: number;
    at: string;
    isError: boolean;
    text: string;
}

export type LogState = "reading" | "following" | "ended" | "lost";

/** Lines kept; older ones are forgotten. */
export const mostLines = 2000;
const painting = 150;
const longestPause = 30_000;
const linePattern = /^(\S+) (stdout|stderr) ?(.*)$/;

export function useLogs(service: string, tail: number, isFollowing: boolean) {
    const [lines, setLines] = useState<readonly LogLine[]>([]);
    const [state, setState] = useState<LogState>("reading");
    const [problem, setProblem] = useState<APIProblem>();
    const [turn, setTurn] = useState(0);
    const failures = useRef(0);

    useEffect(() => {
        const abort = new AbortController();
        let gathered: LogLine[] = [];
        let number = 0;
        let isFresh = true;
        let timer: number | undefined;
        const flush = () => {
            timer = undefined;
            const added = gathered;
            gathered = [];
            const replaces = isFresh;
            isFresh = false;
            setLines((old) => (replaces ? added : [...old, ...added]).slice(-mostLines));
        };
        const take = (line: string) => {
            number += 1;
            const [, at = "", source = "stdout", text = line] = linePattern.exec(line) ?? [];
            gathered.push({ number, at, isError: source === "stderr", text });
            if (gathered.length > mostLines) gathered = gathered.slice(-mostLines);
            timer ??= window.setTimeout(flush, painting);
        };
        const read = async () => {
            const response = await fetch(places.serviceLogs(service, tail, isFollowing), { signal: abort.signal });
            if (!response.ok) throw await problemOf(response);
            setProblem(undefined);
            setState(isFollowing ? "following" : "reading");
            const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
            let rest = "";
            for (;;) {
                const part = await reader?.read();
                if (part === undefined || part.done) break;
                failures.current = 0;
                const whole = (rest + part.value).split("\n");
                rest = whole.pop() ?? "";
                whole.forEach(take);
            }
            if (rest !== "") take(rest);
            window.clearTimeout(timer);
            flush();
            setState("ended");
        };
        setState("reading");
        let retry: number | undefined;
        read().catch((error: unknown) => {
            if (abort.signal.aborted) return;
            const found = problemFrom(error);
            setProblem(found);
            setState("lost");
            // What the platform refuses is not asked for again by itself.
            if (found.status >= 400 && found.status < 500) return;
            const pause = Math.min(longestPause, 1000 * 2 ** failures.current);
            failures.current += 1;
            retry = window.setTimeout(() => setTurn((last) => last + 1), pause);
        });
        return () => {
            abort.abort();
            window.clearTimeout(timer);
            window.clearTimeout(retry);
        };
        // `turn` reads anew.
    }, [service, tail, isFollowing, turn]);

    const again = useCallback(() => setTurn((last) => last + 1), []);
    return { lines, state, problem, again };
}
