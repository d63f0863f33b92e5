// What a page reads from the platform: loading, the value, what failed, and how to read it anew without flicker.
import { useCallback, useEffect, useRef, useState } from "react";
import { APIProblem } from "../api/problem";
import { whenRefreshed } from "./refresh";

export interface Resource<Value> {
    /** The last value read; stays while it is read anew, also after a failure. */
    value: Value | undefined;
    problem: APIProblem | undefined;
    isLoading: boolean;
    reload: () => void;
    set: (change: (value: Value) => Value) => void;
}

interface State<Value> {
    key: string | undefined;
    value: Value | undefined;
    problem: APIProblem | undefined;
    isLoading: boolean;
}

export function problemFrom(error: unknown): APIProblem {
    return error instanceof APIProblem ? error : new APIProblem(-1, "internal", String(error));
}

/**
 * @param key says what is read; another key reads anew. `undefined` reads nothing.
 * @param keepsValue whether the value of the key before is shown while the next one is read.
 */
export function useResource<Value>(
    key: string | undefined,
    load: (signal: AbortSignal) => Promise<Value>,
    keepsValue = false,
): Resource<Value> {
    const [state, setState] = useState<State<Value>>({
        key,
        value: undefined,
        problem: undefined,
        isLoading: key !== undefined,
    });
    const [turn, setTurn] = useState(0);
    const latest = useRef(load);
    latest.current = load;

    useEffect(() => {
        if (key === undefined) return;
        const abort = new AbortController();
        setState((old) => ({
            key,
            value: old.key === key || keepsValue ? old.value : undefined,
            problem: old.key === key ? old.problem : undefined,
            isLoading: true,
        }));
        latest.current(abort.signal).then(
            (value) => {
                if (!abort.signal.aborted) setState({ key, value, problem: undefined, isLoading: false });
            },
            (error: unknown) => {
                if (abort.signal.aborted) return;
                setState((old) => ({ ...old, problem: problemFrom(error), isLoading: false }));
            },
        );
        return () => abort.abort();
    }, [key, turn, keepsValue]);

    const reload = useCallback(() => setTurn((last) => last + 1), []);
    useEffect(() => whenRefreshed(reload), [reload]);
    const set = useCallback((change: (value: Value) => Value) => {
        setState((old) => (old.value === undefined ? old : { ...old, value: change(old.value) }));
    }, []);
    const isCurrent = state.key === key;
    return {
        value: isCurrent || keepsValue ? state.value : undefined,
        problem: isCurrent ? state.problem : undefined,
        isLoading: key !== undefined && (state.isLoading || !isCurrent),
        reload,
        set,
    };
}

/** Something that a person asked for: whether it runs, and what it failed with. */
export function useAction() {
    const [isRunning, setRunning] = useState(false);
    const [problem, setProblem] = useState<APIProblem>();
    const isAlive = useRef(true);
    useEffect(() => {
        isAlive.current = true;
        return () => {
            isAlive.current = false;
        };
    }, []);
    const run = useCallback(async (work: () => Promise<void>): Promise<boolean> => {
        setRunning(true);
        setProblem(undefined);
        try {
            await work();
            return true;
        } catch (error) {
            if (isAlive.current) setProblem(problemFrom(error));
            return false;
        } finally {
            if (isAlive.current) setRunning(false);
        }
    }, []);
    const clear = useCallback(() => setProblem(undefined), []);
    return { isRunning, problem, run, clear };
}
