import { useEffect, useState } from "react";
import { useTexts } from "../i18n/i18n";
import { exactTime, relativeTime } from "../lib/time";

const listeners = new Set<() => void>();
let ticking: number | undefined;

/** One clock for all the times on a page. */
function useNow(): number {
    const [now, setNow] = useState(() => Date.now());
    useEffect(() => {
        const follow = () => setNow(Date.now());
        listeners.add(follow);
        ticking ??= window.setInterval(() => listeners.forEach((listener) => listener()), 15_000);
        return () => {
            listeners.delete(follow);
            if (listeners.size > 0) return;
            window.clearInterval(ticking);
            ticking = undefined;
        };
    }, []);
    return now;
}

/** A moment relative to now, the exact time on hover. */
export function Time({ at, otherwise }: { at: string | null | undefined; otherwise?: string }) {
    const { language } = useTexts();
    const now = useNow();
    if (at === null || at === undefined) return <span className="faint">{otherwise ?? "–"}</span>;
    const moment = new Date(at);
    // What was read after the clock's last tick is not in the future.
    const shown = relativeTime(moment, Math.max(now, Math.min(moment.getTime(), Date.now())), language);
    return (
        <time className="nowrap" dateTime={at} title={exactTime(moment, language)}>
            {shown}
        </time>
    );
}
