// A list read page by page with cursors, which only lead forwards: the ones behind us are remembered.
import { useCallback, useEffect, useState } from "react";
import type { Page, PageRequest } from "../api/types";
import { useResource, type Resource } from "./useResource";

export interface Paging {
    /** From 0. */
    index: number;
    hasNext: boolean;
    next: () => void;
    previous: () => void;
    first: () => void;
}

export interface PagedList<Item> extends Resource<Page<Item>> {
    items: readonly Item[];
    total: number | undefined;
    paging: Paging;
}

export function usePages<Item>(
    key: string | undefined,
    limit: number,
    load: (request: PageRequest, signal: AbortSignal) => Promise<Page<Item>>,
    wantsTotal = true,
): PagedList<Item> {
    const listKey = key === undefined ? undefined : `${key} ${limit}`;
    const [walk, setWalk] = useState<{ key: string | undefined; cursors: string[] }>({ key: listKey, cursors: [] });
    const cursors = walk.key === listKey ? walk.cursors : [];
    const cursor = cursors[cursors.length - 1];
    const resource = useResource(
        listKey === undefined ? undefined : `${listKey} ${cursor ?? ""}`,
        (signal) => load({ limit, cursor, total: wantsTotal && cursor === undefined }, signal),
        true,
    );
    const [total, setTotal] = useState<number>();
    useEffect(() => {
        if (resource.value?.total !== undefined) setTotal(resource.value.total);
    }, [resource.value]);

    const next = useCallback(() => {
        const following = resource.value?.next;
        if (following === null || following === undefined || resource.isLoading) return;
        setWalk({ key: listKey, cursors: [...cursors, following] });
    }, [resource.value, resource.isLoading, listKey, cursors]);
    const previous = useCallback(() => setWalk({ key: listKey, cursors: cursors.slice(0, -1) }), [listKey, cursors]);
    const first = useCallback(() => setWalk({ key: listKey, cursors: [] }), [listKey]);
    const hasNext = resource.value?.next !== null && resource.value?.next !== undefined;
    return {
        ...resource,
        items: resource.value?.items ?? [],
        total,
        paging: { index: cursors.length, hasNext, next, previous, first },
    };
}

/** All items of a list that is known to be short enough; stops at `most`. */
export async function readAll<Item>(load: (request: PageRequest) => Promise<Page<Item>>, most = 5000): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
        const page = await load({ limit: 500, cursor });
        items.push(...page.items);
        cursor = page.next ?? undefined;
    } while (cursor !== undefined && items.length < most);
    return items;
}
