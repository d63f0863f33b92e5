import { useRef } from "react";
import type { CreatedEnrollmentToken, EdgeAgent } from "../../api/agents";
import { api } from "../../api/client";
import { useInterval } from "../../lib/projectEvents";
import { useResource } from "../../lib/useResource";

/** Milliseconds between two looks. */
const pace = 2000;
/** A token that was just made is among the newest. */
const newest = 20;
/** So many agents are looked through for those that are new. */
const most = 500;

interface Joined {
    uses: number;
    agents: readonly EdgeAgent[];
}

/**
 * Who has joined by a token since it was made. How many is what the platform counts; who they are is seen from when an
 * agent was first known, so that one that was there before, unmanaged, is counted and not named.
 */
export function useJoined(project: string, token: CreatedEnrollmentToken): Joined {
    const known = useRef<Joined>({ uses: 0, agents: [] });
    // Who was counted and has no name yet is about to connect, and is waited for once.
    const counted = useRef(0);
    const look = useResource(
        `joined by ${token.id}`,
        async (signal): Promise<Joined> => {
            const tokens = await api.listEnrollmentTokens(project, { limit: newest }, signal);
            const now = tokens.items.find((each) => each.id === token.id);
            if (now === undefined || now.uses <= known.current.agents.length) return known.current;
            const online = await api.listAgents(project, { online: true }, { limit: most }, signal);
            const since = Date.parse(now.createdAt);
            const agents = online.items.filter(({ createdAt }) => Date.parse(createdAt) >= since).slice(0, now.uses);
            const uses = counted.current === now.uses ? now.uses : Math.max(agents.length, known.current.uses);
            counted.current = now.uses;
            known.current = { uses, agents };
            return known.current;
        },
        true,
    );
    useInterval(() => {
        if (!look.isLoading) look.reload();
    }, pace);
    return look.value ?? known.current;
}
