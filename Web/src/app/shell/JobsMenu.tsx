import { useState } from "react";
import { api } from "../../api/client";
import { Button } from "../../design/Button";
import { Dialog } from "../../design/Dialog";
import { Icon } from "../../design/icons";
import { Popup } from "../../design/Popup";
import { Notice } from "../../design/States";
import { BatchProgress } from "../../features/batches/Progress";
import { batchPlace, batchTitle, isOver } from "../../features/batches/words";
import { useTexts } from "../../i18n/i18n";
import { csvCell, downloadText } from "../../lib/download";
import { useInterval } from "../../lib/projectEvents";
import { Link } from "../../lib/router";
import { useResource } from "../../lib/useResource";
import { useJobs, type Job } from "../jobs";
import { useTenancy } from "../tenancy";
import { useWatched } from "../watched";

/** What runs and what ran: found again from every page. */
export function JobsMenu() {
    const { t } = useTexts();
    const { jobs } = useJobs();
    const [opened, setOpened] = useState<number>();
    const { batches } = useWatched();
    const running =
        jobs.filter((job) => job.state === "running").length + batches.filter((batch) => !isOver(batch)).length;
    const shown = jobs.find((job) => job.id === opened);
    return (
        <>
            <Popup
                label={t("jobs.title")}
                align="end"
                kind="dialog"
                trigger={(wired) => (
                    <button
                        type="button"
                        className="button quiet icon-only"
                        aria-label={t("jobs.label", { count: running })}
                        title={t("jobs.title")}
                        {...wired}
                    >
                        <span className="icon-holder">
                            <Icon name="tasks" />
                            {running > 0 && <span className="dot warn" aria-hidden="true" />}
                        </span>
                    </button>
                )}
            >
                {(close) => (
                    <div className="job-list">
                        <div className="popup-title">{t("jobs.title")}</div>
                        <BatchList isAlone={jobs.length === 0} close={close} />
                        {jobs.map((job) => (
                            <button
                                key={job.id}
                                type="button"
                                className="job-item"
                                onClick={() => {
                                    close();
                                    setOpened(job.id);
                                }}
                            >
                                <JobLine job={job} />
                            </button>
                        ))}
                    </div>
                )}
            </Popup>
            {shown !== undefined && <JobDialog job={shown} onClose={() => setOpened(undefined)} />}
        </>
    );
}

/** Between two readings while the list is open. Milliseconds. */
const pace = 2000;

/** The batches of the project that are not over, whoever began them. */
function BatchList({ isAlone, close }: { isAlone: boolean; close: () => void }) {
    const { t } = useTexts();
    const { project } = useTenancy();
    const open = useResource(project && `open batches ${project.id}`, (signal) =>
        api.listBatches(project?.id ?? "", true, { limit: 10 }, signal),
    );
    useInterval(open.reload, pace);
    if (project === undefined) return <p className="popup-note">{t("jobs.none")}</p>;
    const batches = open.value?.items ?? [];
    return (
        <>
            {isAlone && batches.length === 0 && open.value !== undefined && (
                <p className="popup-note">{t("jobs.none")}</p>
            )}
            {batches.map((batch) => (
                <Link key={batch.id} to={batchPlace(batch)} className="job-item" onClick={close}>
                    <span className="ellipsis strong">{batchTitle(batch, t)}</span>
                    <BatchProgress batch={batch} />
                </Link>
            ))}
            <Link to={`/projects/${project.id}/batches`} className="popup-note" onClick={close}>
                {t("jobs.allBatches")}
            </Link>
        </>
    );
}

function JobLine({ job, hidesTitle }: { job: Job; hidesTitle?: boolean }) {
    const { t } = useTexts();
    return (
        <>
            <span className="row apart">
                {hidesTitle !== true && <span className="ellipsis strong">{t(job.title.key, job.title.values)}</span>}
                <JobBadge job={job} />
            </span>
            {job.state === "running" && (
                <progress
                    aria-label={t("jobs.progress")}
                    max={job.total ?? 1}
                    value={job.total === undefined ? undefined : job.results.length}
                />
            )}
            <span className="faint small number">
                {t("jobs.counts", {
                    done: job.results.length,
                    total: job.total ?? job.results.length,
                    failures: job.failures,
                })}
            </span>
        </>
    );
}

function JobBadge({ job }: { job: Job }) {
    const { t } = useTexts();
    if (job.state === "running") return <span className="badge accent">{t("jobs.running")}</span>;
    if (job.state === "stopped") return <span className="badge warn">{t("jobs.stopped")}</span>;
    if (job.state === "failed" || job.failures > 0) return <span className="badge bad">{t("jobs.withFailures")}</span>;
    return <span className="badge ok">{t("jobs.done")}</span>;
}

/** So many results are shown; all are in the report. */
const listed = 200;

export function JobDialog({ job, onClose }: { job: Job; onClose: () => void }) {
    const { t } = useTexts();
    const { stop, forget } = useJobs();
    const [onlyFailures, setOnlyFailures] = useState(false);
    const results = onlyFailures ? job.results.filter((result) => result.reason !== "") : job.results;
    const title = t(job.title.key, job.title.values);
    const save = () => {
        const lines = job.results.map((result) =>
            [result.id, result.name, result.reason === "" ? "ok" : "failed", result.reason].map(csvCell).join(","),
        );
        downloadText("results.csv", "text/csv", ["id,name,result,reason", ...lines, ""].join("\r\n"));
    };
    return (
        <Dialog title={title} onClose={onClose} isWide>
            <div className="dialog-body">
                <div className="stack tight">
                    <JobLine job={job} hidesTitle />
                </div>
                {job.state === "running" && <Notice>{t("jobs.keepOpen")}</Notice>}
                {job.reason !== "" && <Notice kind="bad">{job.reason}</Notice>}
                {job.failures > 0 && (
                    <label className="check">
                        <input
                            type="checkbox"
                            checked={onlyFailures}
                            onChange={(event) => setOnlyFailures(event.target.checked)}
                        />
                        {t("jobs.onlyFailures", { count: job.failures })}
                    </label>
                )}
                {results.length > 0 && (
                    <div className="table-scroll" role="region" aria-label={t("jobs.results")} tabIndex={0}>
                        <table className="table wrap">
                            <thead>
                                <tr>
                                    <th scope="col">{t("jobs.service")}</th>
                                    <th scope="col">{t("jobs.result")}</th>
                                </tr>
                            </thead>
                            <tbody>
                                {results
                                    .slice(-listed)
                                    .reverse()
                                    .map((result) => (
                                        <tr key={result.id}>
                                            <td>
                                                <Link
                                                    to={`/projects/${job.project}/services/${result.id}`}
                                                    onClick={onClose}
                                                >
                                                    {result.name}
                                                </Link>
                                            </td>
                                            <td className="break">
                                                {result.reason === "" ? (
                                                    <span className="badge ok">{t("jobs.ok")}</span>
                                                ) : (
                                                    <span className="row">
                                                        <span className="badge bad">{t("jobs.failed")}</span>
                                                        {result.reason}
                                                    </span>
                                                )}
                                            </td>
                                        </tr>
                                    ))}
                            </tbody>
                        </table>
                    </div>
                )}
                {results.length > listed && (
                    <p className="faint small">{t("jobs.more", { count: results.length - listed })}</p>
                )}
            </div>
            <div className="dialog-foot">
                {job.results.length > 0 && (
                    <Button icon="download" onClick={save}>
                        {t("jobs.save")}
                    </Button>
                )}
                {job.state === "running" ? (
                    <Button kind="danger" onClick={() => stop(job.id)}>
                        {t("jobs.stop")}
                    </Button>
                ) : (
                    <Button
                        onClick={() => {
                            onClose();
                            forget(job.id);
                        }}
                    >
                        {t("jobs.forget")}
                    </Button>
                )}
                <Button kind="primary" onClick={onClose}>
                    {t("common.close")}
                </Button>
            </div>
        </Dialog>
    );
}
