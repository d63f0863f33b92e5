// What is done to many services at once, one request a service, a few at a time, with a result for each.
import { api } from "../../api/client";
import type { EdgeService, ServiceFilter } from "../../api/types";
import type { JobProgress, JobWork } from "../../app/jobs";
import { problemText } from "../../design/States";
import type { MessageKey, Translate } from "../../i18n/i18n";
import { downloadText } from "../../lib/download";
import { problemFrom } from "../../lib/useResource";
import type { Selected } from "./selection";

type Target = Pick<EdgeService, "id" | "name">;

export interface BulkScope {
    project: string;
    filter: ServiceFilter;
    selected: Selected;
}

/** So many requests at once: the platform serves others too, and a browser has six connections. */
const concurrency = 3;
/** How often a request is tried again that the platform had no room for, or that did not arrive. */
const retries = 4;

async function targets(scope: BulkScope, progress: JobProgress): Promise<Target[]> {
    const { selected } = scope;
    if (selected.kind === "some") return [...selected.services].map(([id, name]) => ({ id, name }));
    const found: Target[] = [];
    let cursor: string | undefined;
    do {
        const page = await api.listServices(
            scope.project,
            scope.filter,
            "name",
            { limit: 500, cursor },
            progress.signal,
        );
        found.push(...page.items.filter((each) => !selected.except.has(each.id)).map(({ id, name }) => ({ id, name })));
        cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return found;
}

async function patiently(work: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
        try {
            await work();
            return;
        } catch (error) {
            const problem = problemFrom(error);
            const mayPass = problem.isOffline || problem.status === 429 || problem.status === 503;
            if (!mayPass || attempt >= retries || signal.aborted) throw problem;
            const pause = (problem.retryAfter ?? 2 ** attempt / 2) * 1000;
            await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)));
        }
    }
}

async function eachTarget(
    scope: BulkScope,
    progress: JobProgress,
    t: Translate,
    act: (target: Target) => Promise<unknown>,
): Promise<void> {
    const waiting = await targets(scope, progress);
    progress.setTotal(waiting.length);
    let next = 0;
    const worker = async () => {
        while (!progress.signal.aborted) {
            const target = waiting[next];
            next += 1;
            if (target === undefined) return;
            let reason = "";
            try {
                await patiently(() => act(target), progress.signal);
            } catch (error) {
                reason = problemText(problemFrom(error), t);
            }
            progress.add({ ...target, reason });
        }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
}

const work = (scope: BulkScope, key: MessageKey, count: number, run: JobWork["run"]): JobWork => ({
    title: { key, values: { count } },
    project: scope.project,
    run,
});

export function tagWork(
    scope: BulkScope,
    count: number,
    add: string[],
    remove: string[],
    t: Translate,
    onEnd: () => void,
): JobWork {
    return work(scope, "bulk.tagJob", count, (progress) =>
        eachTarget(scope, progress, t, ({ id }) => api.changeServiceTags(id, add, remove)).finally(onEnd),
    );
}

export function deleteWork(scope: BulkScope, count: number, t: Translate, onEnd: () => void): JobWork {
    return work(scope, "bulk.deleteJob", count, (progress) =>
        eachTarget(scope, progress, t, async ({ id }) => {
            try {
                await api.deleteService(id);
            } catch (error) {
                // Somebody else was faster, or the answer to our own request was lost.
                if (problemFrom(error).status !== 404) throw error;
            }
        }).finally(onEnd),
    );
}

/** The platform takes so many ids at once. */
const exported = 100;

/** Puts the parts together to one file that can be imported again. */
export function exportWork(scope: BulkScope, count: number, t: Translate): JobWork {
    return work(scope, "bulk.exportJob", count, async (progress) => {
        const all = await targets(scope, progress);
        progress.setTotal(all.length);
        const parts: string[] = [];
        for (let from = 0; from < all.length && !progress.signal.aborted; from += exported) {
            const part = all.slice(from, from + exported);
            let reason = "";
            try {
                const text = await api.exportServices(
                    scope.project,
                    part.map(({ id }) => id),
                    progress.signal,
                );
                const afterHeader = text.indexOf("\n") + 1;
                parts.push(parts.length === 0 ? text : text.slice(afterHeader));
            } catch (error) {
                reason = problemText(problemFrom(error), t);
            }
            part.forEach((target) => progress.add({ ...target, reason }));
        }
        if (!progress.signal.aborted && parts.length > 0) downloadText("services.csv", "text/csv", parts.join(""));
    });
}
