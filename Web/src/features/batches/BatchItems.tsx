import { api } from "../../api/client";
import { batchItemStates, type Batch, type BatchItem, type BatchItemState } from "../../api/hosting";
import { DataTable, Pager, type Column } from "../../design/DataTable";
import { Card } from "../../design/Page";
import { State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { usePages, type PagedList } from "../../lib/usePages";
import { ItemStateBadge } from "./Progress";
import { itemTone, totalOf } from "./words";

const limit = 50;

export const isItemState = (text: string): text is BatchItemState =>
    (batchItemStates as readonly string[]).includes(text);

export function useItems(batch: string, state: BatchItemState | ""): PagedList<BatchItem> {
    return usePages(`items ${batch} ${state}`, limit, (request, signal) =>
        api.listBatchItems(batch, state, request, signal),
    );
}

interface BatchItemsProps {
    batch: Batch;
    state: BatchItemState | "";
    onState: (state: BatchItemState | undefined) => void;
    items: PagedList<BatchItem>;
}

/** What becomes of each target; the counts above choose which are shown. */
export function BatchItems({ batch, state, onState, items }: BatchItemsProps) {
    const { t } = useTexts();
    const columns = useColumns(batch);
    return (
        <Card isFlush className="list-card">
            <StateChoice batch={batch} state={state} onState={onState} />
            <DataTable
                label={t("batch.items")}
                columns={columns}
                list={{ ...items, isLoading: items.isLoading && items.value === undefined }}
                rowKey={(item) => String(item.position)}
                isWrapping
                empty={<State icon="check" title={t("batch.noItems")} />}
            />
            <Pager
                paging={items.paging}
                limit={limit}
                count={items.items.length}
                total={state === "" ? totalOf(batch.counts) : batch.counts[state]}
                isLoading={false}
            />
        </Card>
    );
}

function StateChoice({ batch, state, onState }: Omit<BatchItemsProps, "items">) {
    const { t, n } = useTexts();
    // One that is chosen stays, also when its last item has gone on.
    const shown = batchItemStates.filter((each) => batch.counts[each] > 0 || each === state);
    return (
        <div className="state-choice" role="group" aria-label={t("batch.whichItems")}>
            <button type="button" aria-pressed={state === ""} onClick={() => onState(undefined)}>
                {t("batches.all")} <span className="number">{n(totalOf(batch.counts))}</span>
            </button>
            {shown.map((each) => (
                <button
                    type="button"
                    key={each}
                    aria-pressed={state === each}
                    onClick={() => onState(state === each ? undefined : each)}
                >
                    <span className={`dot ${itemTone[each]}`} aria-hidden="true" />
                    {t(`batch.item.${each}`)} <span className="number">{n(batch.counts[each])}</span>
                </button>
            ))}
        </div>
    );
}

function useColumns(batch: Batch): Column<BatchItem>[] {
    const { t } = useTexts();
    const isOnHosts = batch.kind !== "tag";
    return [
        {
            id: "name",
            title: t("jobs.service"),
            className: "name-cell",
            cell: (item) =>
                exists(batch, item) ? (
                    <Link
                        className="strong ellipsis name-link"
                        title={item.name}
                        to={`/projects/${batch.projectId}/services/${item.serviceId}`}
                    >
                        {item.name}
                    </Link>
                ) : (
                    <span className="strong ellipsis name-link" title={item.name}>
                        {item.name}
                    </span>
                ),
        },
        { id: "state", title: t("batches.state"), cell: (item) => <ItemStateBadge state={item.state} /> },
        ...(isOnHosts
            ? [
                  {
                      id: "host",
                      title: t("host.word"),
                      cell: (item: BatchItem) =>
                          typeof item.hostId === "string" ? (
                              <Link className="nowrap" to={`/projects/${batch.projectId}/hosts/${item.hostId}`}>
                                  {item.hostName ?? item.hostId}
                              </Link>
                          ) : (
                              <span className="faint">–</span>
                          ),
                  },
              ]
            : []),
        ...(batch.waves > 1
            ? [
                  {
                      id: "wave",
                      title: t("wave.word"),
                      cell: (item: BatchItem) => <span className="number">{item.wave}</span>,
                  },
              ]
            : []),
        {
            id: "reason",
            title: t("batch.reason"),
            className: "reason-cell",
            cell: (item) =>
                item.reason === "" ? (
                    <span />
                ) : (
                    <span className={item.state === "running" ? "soft break" : "break"}>{item.reason}</span>
                ),
        },
        {
            id: "attempts",
            title: t("batch.attempts"),
            cell: (item) => <span className="number">{item.attempts === 0 ? "–" : item.attempts}</span>,
        },
        {
            id: "finished",
            title: t("batch.ended"),
            cell: (item) => (typeof item.finishedAt === "string" ? <Time at={item.finishedAt} /> : <span />),
        },
    ];
}

/** Whether the service has a page: it is not made yet, or not there any more. */
function exists(batch: Batch, item: BatchItem): boolean {
    if (batch.kind === "install") return item.state === "succeeded" || item.state === "running";
    return batch.kind !== "delete" || item.state !== "succeeded";
}
