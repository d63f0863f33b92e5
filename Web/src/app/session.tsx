import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { api } from "../api/client";
import { setCSRFToken, whenSignedOut } from "../api/http";
import type { Me } from "../api/types";
import { Loading, ProblemState } from "../design/States";
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
    signIn: (onSignedIn: () => void, hasExpired: boolean) => ReactNode;
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

    const session = useMemo<Session | undefined>(() => me === undefined ? undefined : {
        me, reload, signOut,
        may: (permission, scope) => permits(me, permission, scope),
        isAdministrator: (roleIn(me, {}) ?? "user") !== "user",
    }, [me, reload, signOut]);

    if (isSignedOut) {
        const onSignedIn = () => {
            setSignedOut(false);
            setExpired(false);
            reload();
        };
        return <>{signIn(onSignedIn, hasExpired)}</>;
    }
    if (session === undefined) {
        return problem === undefined ? <Loading /> : <ProblemState problem={problem} onRetry={reload} />;
    }
    return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

export function useSession(): Session {
    const session = useContext(SessionContext);
    if (session === undefined) throw new Error("useSession outside SessionProvider");
    return session;
}
