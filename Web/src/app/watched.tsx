// The batches that were started here: followed on every page until they are over. The platform carries them out; this
// only looks.
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { api } from "../api/client";
import type { Batch } from "../api/hosting";
import { isOver } from "../features/batches/words";
import { problemFrom } from "../lib/useResource";

interface Watched {
    /** The newest first. */
    batches: readonly Batch[];
    watch: (batch: Batch) => void;
    forget: (id: string) => void;
    /** Grows whenever one of them is over. */
    endings: number;
}

const WatchedContext = createContext<Watched | undefined>(undefined);
/** Milliseconds between two looks: a stream for each would take the browser's connections. */
const pace = 1500;
const most = 10;

export function WatchedProvider({ children }: { children: ReactNode }) {
    const [batches, setBatches] = useState<readonly Batch[]>([]);
    const [endings, setEndings] = useState(0);
    const latest = useRef(batches);
    latest.current = batches;

    const watch = useCallback(
        (batch: Batch) => setBatches((all) => [batch, ...all.filter((each) => each.id !== batch.id)].slice(0, most)),
        [],
    );
    const forget = useCallback((id: string) => setBatches((all) => all.filter((each) => each.id !== id)), []);

    const isAnyOpen = batches.some((each) => !isOver(each));
    useEffect(() => {
        if (!isAnyOpen) return;
        let timer: number | undefined;
        let isWanted = true;
        const look = async () => {
            for (const batch of latest.current.filter((each) => !isOver(each))) {
                try {
                    const now = await api.getBatch(batch.id);
                    if (!isWanted) return;
                    setBatches((all) => all.map((each) => (each.id === now.id ? now : each)));
                    if (isOver(now)) setEndings((count) => count + 1);
                } catch (error) {
                    if ([403, 404].includes(problemFrom(error).status)) forget(batch.id);
                }
            }
            if (isWanted) timer = window.setTimeout(() => void look(), pace);
        };
        void look();
        return () => {
            isWanted = false;
            window.clearTimeout(timer);
        };
    }, [isAnyOpen, forget]);

    const value = useMemo(() => ({ batches, watch, forget, endings }), [batches, watch, forget, endings]);
    return <WatchedContext.Provider value={value}>{children}</WatchedContext.Provider>;
}

export function useWatched(): Watched {
    const watched = useContext(WatchedContext);
    if (watched === undefined) throw new Error("useWatched outside WatchedProvider");
    return watched;
}
