// One batch as it goes on: read once, then told of by events for as long as it is not over.
import { api, places } from "../../api/client";
import type { Batch } from "../../api/hosting";
import { useEventStream, type LiveState } from "../../lib/eventStream";
import { useInterval } from "../../lib/projectEvents";
import { useResource, type Resource } from "../../lib/useResource";
import { isOver } from "./words";

/** How often it is read while the events do not come. Milliseconds. */
const fallback = 5000;

export function useBatch(id: string, onChange: (batch: Batch) => void): Resource<Batch> & { live: LiveState } {
    const batch = useResource(`batch ${id}`, (signal) => api.getBatch(id, signal));
    const isOpen = batch.value !== undefined && !isOver(batch.value);
    const take = (text: string) => {
        let now: Batch;
        try {
            now = JSON.parse(text) as Batch;
        } catch {
            return;
        }
        batch.set(() => now);
        onChange(now);
    };
    // The stream begins with the batch as it is, so nothing is missed by one that broke off.
    const live = useEventStream(isOpen ? places.streamBatchEvents(id) : undefined, { events: { batch: take } });
    useInterval(() => {
        if (isOpen && live === "lost") batch.reload();
    }, fallback);
    return { ...batch, live };
}
