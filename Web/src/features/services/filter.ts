// The list's filter, as it stands in the address.
import { categories, connections, modes, statuses, type ServiceFilter } from "../../api/types";

export const choiceFilters = { status: statuses, category: categories, mode: modes, connection: connections } as const;
export type ChoiceFilter = keyof typeof choiceFilters;
export const choiceNames = Object.keys(choiceFilters) as ChoiceFilter[];

export const defaultSort = "name";

export function filterFrom(query: URLSearchParams): ServiceFilter {
    const one = (name: string) => query.get(name) ?? undefined;
    const choice = (name: ChoiceFilter) => {
        const value = one(name);
        return (choiceFilters[name] as readonly (string | undefined)[]).includes(value) ? value : undefined;
    };
    const tags = query.getAll("tag");
    return {
        status: choice("status"),
        category: choice("category"),
        mode: choice("mode"),
        connection: choice("connection"),
        tag: tags.length === 0 ? undefined : tags.slice(0, 10),
        version: one("version"),
        q: one("q"),
        host: one("host"),
        agent: one("agent"),
        drifted: one("drifted") === "true" ? "true" : undefined,
    };
}

export function isEmpty(filter: ServiceFilter): boolean {
    return Object.values(filter).every((value) => value === undefined);
}

/** Says which list a filter makes, to tell one from another. */
export function filterKey(filter: ServiceFilter): string {
    return JSON.stringify(filter);
}

export const nothing: Record<string, undefined> = {
    status: undefined,
    category: undefined,
    mode: undefined,
    connection: undefined,
    tag: undefined,
    version: undefined,
    q: undefined,
    host: undefined,
    agent: undefined,
    drifted: undefined,
};
