import { useEffect, useState } from "react";
import type { EdgeAgent } from "../../api/agents";
import { api } from "../../api/client";
import { isBoolean, keep, readKept } from "../../lib/storage";
import { useResource } from "../../lib/useResource";

/** So many fit into a field to choose from; among more, one looks by a part of the name. */
const most = 200;
const none: readonly EdgeAgent[] = [];

/**
 * The agents of a project, to choose from. Whether there are any is kept, so that a page does not change once they are
 * read.
 * @param chosen one that is there whatever place it has in the list.
 * @param q part of the name of those that are wanted.
 */
export function useAgents(project: string, chosen = "", q = "") {
    const name = `agents.${project}`;
    const [kept] = useState(() => readKept(name, false, isBoolean));
    const list = useResource(
        `agents of ${project} ${q}`,
        (signal) => api.listAgents(project, { q }, { limit: most }, signal),
        true,
    );
    const listed = list.value?.items;
    const isMissing = chosen !== "" && listed !== undefined && !listed.some((each) => each.id === chosen);
    const one = useResource(isMissing ? `agent ${chosen}` : undefined, (signal) => api.getAgent(chosen, signal));
    useEffect(() => {
        if (listed !== undefined && q === "") keep(name, listed.length > 0);
    }, [listed, name, q]);
    const agents = one.value === undefined ? (listed ?? none) : [one.value, ...(listed ?? none)];
    const hasMore = typeof list.value?.next === "string";
    return { ...list, agents, hasMore, hasAgents: listed === undefined ? kept : listed.length > 0 };
}

/** How many there are and how many of them are online; `undefined` until it is known. */
export function useAgentCounts(project: string) {
    const name = `agents.${project}`;
    const [hadAny] = useState(() => readKept(name, false, isBoolean));
    const counts = useResource(`counts of agents ${project}`, async (signal) => {
        const [online, offline] = await Promise.all(
            [true, false].map(async (isOnline) => {
                const page = await api.listAgents(project, { online: isOnline }, { limit: 1, total: true }, signal);
                return page.total ?? 0;
            }),
        );
        return { online: online ?? 0, offline: offline ?? 0, total: (online ?? 0) + (offline ?? 0) };
    });
    const total = counts.value?.total;
    useEffect(() => {
        if (total !== undefined) keep(name, total > 0);
    }, [total, name]);
    return { ...counts, hasAgents: total === undefined ? hadAny : total > 0 };
}
