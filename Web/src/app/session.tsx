import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { api } from "../api/client";
import { setCSRFToken, whenSignedOut } from "../api/http";
import type { Me } from "../api/types";
import { Loading, ProblemState } from "../design/States";
import { refreshAll } from "../lib/refresh";
import { useResource } from "../lib/useResource";
import { permits, roleIn, type Permission, type Scope } from "./access";

interface Session {
    me: Me;
    may: (permission: Permission, scope?: Scope) => boolean;
    isAdministrator: boolean;
    reload: () => void;
    signOut: () => Promise<void>;
}

const SessionContext = createContext<Session | undefined>(undefined);

interface SessionProviderProps {
    /** Stands there while nobody is signed in; `onSignedIn` brings what was asked for. */
    signIn: (onSignedIn: (user: string) => void, hasExpired: boolean) => ReactNode;
    children: ReactNode;
}

export function SessionProvider({ signIn, children }: SessionProviderProps) {
    const [hasExpired, setExpired] = useState(false);
    const [isSignedOut, setSignedOut] = useState(false);
    const resource = useResource("me", async (signal) => {
        const me = await api.getMe(signal);
        setCSRFToken(me.csrfToken);
        return me;
    });
    const { value: me, problem, reload } = resource;
    const isKnown = me !== undefined;

    useEffect(() => {
        whenSignedOut(() => {
            setExpired(isKnown);
            setSignedOut(true);
        });
    }, [isKnown]);

    const signOut = useCallback(async () => {
        await api.deleteSession();
        // Whatever the pages hold is somebody's; the next one begins with nothing.
        window.location.assign("/");
    }, []);

    const session = useMemo<Session | undefined>(
        () =>
            me === undefined
                ? undefined
                : {
                      me,
                      reload,
                      signOut,
                      may: (permission, scope) => permits(me, permission, scope),
                      isAdministrator: (roleIn(me, {}) ?? "user") !== "user",
                  },
        [me, reload, signOut],
    );

    const onSignedIn = (user: string) => {
        // What the pages hold is another person's.
        if (me !== undefined && me.user.id !== user) window.location.assign("/");
        setSignedOut(false);
        setExpired(false);
        refreshAll();
    };
    if (session === undefined) {
        if (isSignedOut) return <>{signIn(onSignedIn, false)}</>;
        // A refusal is what the sign-in was for.
        const isAsking = problem === undefined || problem.status === 401;
        return isAsking ? <Loading /> : <ProblemState problem={problem} onRetry={reload} />;
    }
    // The pages stay where they are while one signs in again, and so does the long work.
    return (
        <SessionContext.Provider value={session}>
            {isSignedOut && signIn(onSignedIn, hasExpired)}
            <div hidden={isSignedOut}>{children}</div>
        </SessionContext.Provider>
    );
}

export function useSession(): Session {
    const session = useContext(SessionContext);
    if (session === undefined) throw new Error("useSession outside SessionProvider");
    return session;
}
