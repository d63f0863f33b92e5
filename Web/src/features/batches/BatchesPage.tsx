import { api } from "../../api/client";
import type { Batch } from "../../api/hosting";
import type { PlaceProps } from "../../app/Places";
import { LinkButton } from "../../design/Button";
import { DataTable, Pager, type Column } from "../../design/DataTable";
import { Page } from "../../design/Page";
import { State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { useInterval } from "../../lib/projectEvents";
import { Link, useQuery } from "../../lib/router";
import { duration } from "../../lib/time";
import { usePages } from "../../lib/usePages";
import { BatchProgress, BatchStateBadge } from "./Progress";
import { batchPlace, batchTitle, isOver } from "./words";

const limit = 50;
/** Between two readings of the list, while something runs and while nothing does. Milliseconds. */
const pace = 2500;
const idlePace = 15_000;

const choices = [
    { value: undefined, label: "batches.all" },
    { value: "true", label: "batches.open" },
    { value: "false", label: "batches.finished" },
] as const;

/** Every bulk change of a project, the newest first. */
export function BatchesPage({ project = "" }: PlaceProps) {
    const { t } = useTexts();
    const [query, change] = useQuery();
    const asked = query.get("open") ?? undefined;
    const open = asked === "true" ? true : asked === "false" ? false : undefined;
    const pages = usePages(`batches ${project} ${asked ?? ""}`, limit, (request, signal) =>
        api.listBatches(project, open, request, signal),
    );
    const isMoving = pages.items.some((batch) => !isOver(batch));
    useInterval(
        () => {
            if (!pages.isLoading) pages.reload();
        },
        isMoving ? pace : idlePace,
    );
    const columns = useColumns();
    return (
        <Page title={t("nav.batches")} lead={t("batches.lead")}>
            <div className="segments" role="group" aria-label={t("batches.which")}>
                {choices.map((choice) => (
                    <button
                        key={choice.label}
                        type="button"
                        aria-pressed={open === (choice.value === undefined ? undefined : choice.value === "true")}
                        onClick={() => change({ open: choice.value })}
                    >
                        {t(choice.label)}
                    </button>
                ))}
            </div>
            <section className="card list-card">
                <DataTable<Batch>
                    label={t("nav.batches")}
                    columns={columns}
                    // What is read again and again does not say so each time.
                    list={{ ...pages, isLoading: pages.isLoading && pages.value === undefined }}
                    rowKey={(batch) => batch.id}
                    empty={
                        <State
                            icon="tasks"
                            title={t(open === true ? "batches.noneOpen" : "batches.none")}
                            actions={
                                <LinkButton to={`/projects/${project}/services`} icon="services">
                                    {t("nav.services")}
                                </LinkButton>
                            }
                        >
                            {t("batches.noneHint")}
                        </State>
                    }
                />
                <Pager
                    paging={pages.paging}
                    limit={limit}
                    count={pages.items.length}
                    total={pages.total}
                    isLoading={false}
                />
            </section>
        </Page>
    );
}

function useColumns(): Column<Batch>[] {
    const { t } = useTexts();
    return [
        {
            id: "title",
            title: t("batches.what"),
            cell: (batch) => (
                <Link className="strong" to={batchPlace(batch)}>
                    {batchTitle(batch, t)}
                </Link>
            ),
        },
        { id: "state", title: t("batches.state"), cell: (batch) => <BatchStateBadge state={batch.state} /> },
        {
            id: "progress",
            title: t("jobs.progress"),
            className: "progress-cell",
            cell: (batch) => <BatchProgress batch={batch} />,
        },
        {
            id: "who",
            title: t("batches.who"),
            cell: (batch) => <span className="soft break">{batch.createdBy}</span>,
        },
        { id: "created", title: t("batches.started"), cell: (batch) => <Time at={batch.createdAt} /> },
        {
            id: "took",
            title: t("batches.took"),
            cell: (batch) => <span className="number nowrap">{isOver(batch) ? took(batch) : "–"}</span>,
        },
    ];
}

/** From its beginning to its end. */
export function took(batch: Batch): string {
    if (typeof batch.finishedAt !== "string") return "–";
    const from = new Date(batch.startedAt ?? batch.createdAt).getTime();
    return duration(Math.max(0, Math.round((new Date(batch.finishedAt).getTime() - from) / 1000)));
}
