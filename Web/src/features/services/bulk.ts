// What is done to many services at once: a batch that the platform carries out, or a file that is put together here.
import { api } from "../../api/client";
import type { BatchFilter, BatchTargets } from "../../api/hosting";
import type { EdgeService, ServiceFilter } from "../../api/types";
import type { JobProgress, JobWork } from "../../app/jobs";
import { problemText } from "../../design/States";
import type { Translate } from "../../i18n/i18n";
import { downloadText } from "../../lib/download";
import { problemFrom } from "../../lib/useResource";
import type { Selected } from "./selection";

type Target = Pick<EdgeService, "id" | "name">;

export interface BulkScope {
    project: string;
    filter: ServiceFilter;
    selected: Selected;
}

/** As batches have it; what the list does not filter by is left out. */
export function batchFilter(filter: ServiceFilter): BatchFilter {
    const { tag, drifted, ...same } = filter;
    const plain = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined && value !== ""));
    return {
        ...(plain as BatchFilter),
        ...(tag === undefined || tag.length === 0 ? {} : { tags: tag }),
        ...(drifted === undefined ? {} : { drifted: drifted === "true" }),
    };
}

/** Whom a batch is for: all that match are named by the filter, so nobody reads them one by one. */
export function batchTargets({ selected, filter }: BulkScope, hosted?: "hostedOnly"): BatchTargets {
    if (selected.kind === "all") {
        const except = selected.except.size === 0 ? {} : { except: [...selected.except] };
        return { filter: batchFilter(filter), ...except };
    }
    const wanted = [...selected.services.values()].filter((each) => !hosted || each.mode === "hosted");
    return { ids: wanted.map(({ id }) => id) };
}

async function targets(scope: BulkScope, signal?: AbortSignal): Promise<Target[]> {
    const { selected } = scope;
    if (selected.kind === "some") return [...selected.services.values()];
    const found: Target[] = [];
    let cursor: string | undefined;
    do {
        const page = await api.listServices(scope.project, scope.filter, "name", { limit: 500, cursor }, signal);
        found.push(...page.items.filter((each) => !selected.except.has(each.id)).map(({ id, name }) => ({ id, name })));
        cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return found;
}

/** The platform takes so many ids at once. */
const exported = 100;

/** Puts the parts together to one file that can be imported again. */
export function exportWork(scope: BulkScope, count: number, t: Translate): JobWork {
    const run = async (progress: JobProgress) => {
        const all = await targets(scope, progress.signal);
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
    };
    return { title: { key: "bulk.exportJob", values: { count } }, project: scope.project, run };
}
