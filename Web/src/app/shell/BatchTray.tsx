import { useEffect } from "react";
import { IconButton } from "../../design/Button";
import { BatchProgress } from "../../features/batches/Progress";
import { batchPlace, batchTitle, isOver } from "../../features/batches/words";
import { useTexts } from "../../i18n/i18n";
import { Link, useRouter } from "../../lib/router";
import { useWatched } from "../watched";

/** How long it says that all went well. Milliseconds. */
const lingering = 8000;

/** The batch started last, in a corner of every page but its own; what failed stays until it is closed. */
export function BatchTray() {
    const { t } = useTexts();
    const { path } = useRouter();
    const { batches, forget } = useWatched();
    const batch = batches[0];
    const hasEndedWell = batch?.state === "succeeded" && batch.counts.failed === 0;
    const id = batch?.id;
    useEffect(() => {
        if (!hasEndedWell || id === undefined) return;
        const timer = window.setTimeout(() => forget(id), lingering);
        return () => window.clearTimeout(timer);
    }, [hasEndedWell, id, forget]);
    if (batch === undefined || path === batchPlace(batch)) return null;
    const others = batches.slice(1).filter((each) => !isOver(each)).length;
    return (
        <section className="batch-tray" aria-label={t("tray.label")}>
            <div className="row apart">
                <Link className="strong ellipsis" to={batchPlace(batch)}>
                    {batchTitle(batch, t)}
                </Link>
                <IconButton icon="close" size="small" label={t("common.close")} onClick={() => forget(batch.id)} />
            </div>
            <BatchProgress batch={batch} />
            <div className="row apart small">
                <span className="faint" role="status">
                    {t(`batch.state.${batch.state}`)}
                </span>
                {others > 0 && (
                    <Link to={`/projects/${batch.projectId}/batches?open=true`}>
                        {t("tray.more", { count: others })}
                    </Link>
                )}
            </div>
        </section>
    );
}
