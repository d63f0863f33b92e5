// A small router over the history API: every place in the console is a path, and its filters are the query.
import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from "react";

export interface Place {
    path: string;
    search: string;
}

interface Router extends Place {
    go: (to: string, options?: { replace?: boolean }) => void;
}

const RouterContext = createContext<Router | undefined>(undefined);

/** Whether one has gone from page to page yet: the first page leaves the focus where the browser put it. */
let hasMoved = false;
export const isFirstPage = (): boolean => !hasMoved;

const here = (): Place => ({ path: window.location.pathname, search: window.location.search });

/** Set while something unsaved would be lost by leaving; says whether to leave all the same. */
let guard: (() => boolean) | undefined;

export function RouterProvider({ children }: { children: ReactNode }) {
    const [place, setPlace] = useState(here);
    useEffect(() => {
        const follow = () => {
            hasMoved = true;
            setPlace(here());
        };
        window.addEventListener("popstate", follow);
        return () => window.removeEventListener("popstate", follow);
    }, []);
    const go = useCallback((to: string, options: { replace?: boolean } = {}) => {
        if (guard !== undefined && !guard()) return;
        const before = window.location.pathname;
        hasMoved = hasMoved || options.replace !== true;
        if (options.replace === true) window.history.replaceState(null, "", to);
        else window.history.pushState(null, "", to);
        setPlace(here());
        if (window.location.pathname !== before) window.scrollTo(0, 0);
    }, []);
    const router = useMemo(() => ({ ...place, go }), [place, go]);
    return <RouterContext.Provider value={router}>{children}</RouterContext.Provider>;
}

export function useRouter(): Router {
    const router = useContext(RouterContext);
    if (router === undefined) throw new Error("useRouter outside RouterProvider");
    return router;
}

/** Asks before the page is left while `isDirty`. */
export function useLeaveGuard(isDirty: boolean, question: string): void {
    useEffect(() => {
        if (!isDirty) return;
        const mine = () => window.confirm(question);
        const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
        guard = mine;
        window.addEventListener("beforeunload", onUnload);
        return () => {
            if (guard === mine) guard = undefined;
            window.removeEventListener("beforeunload", onUnload);
        };
    }, [isDirty, question]);
}

/** The query of the present place, and how to change it: `undefined` takes a name away. */
export function useQuery(): [URLSearchParams, (changes: Record<string, string | string[] | undefined>) => void] {
    const { path, search, go } = useRouter();
    const query = useMemo(() => new URLSearchParams(search), [search]);
    const change = useCallback(
        (changes: Record<string, string | string[] | undefined>) => {
            const next = new URLSearchParams(window.location.search);
            for (const [name, value] of Object.entries(changes)) {
                next.delete(name);
                if (typeof value === "string" && value !== "") next.set(name, value);
                else if (Array.isArray(value)) value.forEach((each) => next.append(name, each));
            }
            const text = next.toString();
            go(text === "" ? path : `${path}?${text}`, { replace: true });
        },
        [go, path],
    );
    return [query, change];
}

/** The parameters of `pattern` (`/projects/:project/tags`) in `path`; `undefined` when it is another place. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
    const wanted = pattern.split("/").filter(Boolean);
    const given = path.split("/").filter(Boolean);
    if (wanted.length !== given.length) return undefined;
    const found: Record<string, string> = {};
    for (const [index, part] of wanted.entries()) {
        const value = given[index] ?? "";
        if (part.startsWith(":")) {
            try {
                found[part.slice(1)] = decodeURIComponent(value);
            } catch {
                return undefined;
            }
        } else if (part !== value) return undefined;
    }
    return found;
}

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> & { to: string };

export function Link({ to, onClick, ...rest }: LinkProps) {
    const { go } = useRouter();
    const follow = (event: MouseEvent<HTMLAnchorElement>) => {
        onClick?.(event);
        const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (event.defaultPrevented || !isPlain) return;
        event.preventDefault();
        go(to);
    };
    return <a href={to} onClick={follow} {...rest} />;
}
