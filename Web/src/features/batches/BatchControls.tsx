import { useState } from "react";
import { api } from "../../api/client";
import type { Batch } from "../../api/hosting";
import { Button } from "../../design/Button";
import { Confirm } from "../../design/Dialog";
import { problemText } from "../../design/States";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { problemFrom } from "../../lib/useResource";
import { isOver, openOf } from "./words";

type Control = "pause" | "resume" | "cancel" | "retry" | "rollback";

const acts: Record<Control, (id: string) => Promise<Batch>> = {
    pause: api.pauseBatch,
    resume: api.resumeBatch,
    cancel: api.cancelBatch,
    retry: api.retryBatch,
    rollback: api.rollBackBatch,
};

/** What the platform would take of a batch that stands where this one does. */
function offered(batch: Batch): Record<Control, boolean> {
    const { state, direction, counts, kind } = batch;
    const isForward = direction === "forward";
    return {
        pause: state === "pending" || state === "running",
        resume: state === "paused",
        cancel: !isOver(batch) && isForward,
        // On the way back only what could not be undone is tried again.
        retry: (isOver(batch) || state === "paused") && counts.failed + (isForward ? counts.cancelled : 0) > 0,
        rollback: isForward && (kind === "install" || kind === "upgrade") && counts.succeeded > 0,
    };
}

export function BatchControls({ batch, onChange }: { batch: Batch; onChange: (batch: Batch) => void }) {
    const { t } = useTexts();
    const tell = useTell();
    const [busy, setBusy] = useState<Control>();
    const [asked, setAsked] = useState<"cancel" | "rollback">();
    const can = offered(batch);
    const act = async (control: Control) => {
        setBusy(control);
        try {
            onChange(await acts[control](batch.id));
        } catch (error) {
            tell(problemText(problemFrom(error), t), { isBad: true });
        } finally {
            setBusy(undefined);
        }
    };
    const confirmed = async (control: "cancel" | "rollback") => onChange(await acts[control](batch.id));
    const again = batch.counts.failed + (batch.direction === "forward" ? batch.counts.cancelled : 0);
    return (
        <>
            {can.retry && (
                <Button icon="refresh" isBusy={busy === "retry"} onClick={() => void act("retry")}>
                    {t("batch.retry", { count: again })}
                </Button>
            )}
            {can.resume && (
                <Button kind="primary" icon="play" isBusy={busy === "resume"} onClick={() => void act("resume")}>
                    {t("batch.resume")}
                </Button>
            )}
            {can.pause && (
                <Button icon="pause" isBusy={busy === "pause"} onClick={() => void act("pause")}>
                    {t("batch.pause")}
                </Button>
            )}
            {can.rollback && (
                <Button kind="danger" icon="undo" onClick={() => setAsked("rollback")}>
                    {t("batch.rollback")}
                </Button>
            )}
            {can.cancel && (
                <Button kind="danger" icon="close" onClick={() => setAsked("cancel")}>
                    {t("batch.cancel")}
                </Button>
            )}
            {asked === "cancel" && (
                <Confirm
                    title={t("batch.cancelTitle")}
                    submit={t("batch.cancelSubmit")}
                    onClose={() => setAsked(undefined)}
                    onConfirm={() => confirmed("cancel")}
                >
                    {t("batch.cancelText", { count: openOf(batch.counts) - batch.counts.running })}
                </Confirm>
            )}
            {asked === "rollback" && (
                <Confirm
                    title={t("batch.rollbackTitle")}
                    submit={t("batch.rollbackSubmit")}
                    onClose={() => setAsked(undefined)}
                    onConfirm={() => confirmed("rollback")}
                >
                    {t(batch.kind === "install" ? "batch.rollbackInstall" : "batch.rollbackUpgrade", {
                        count: batch.counts.succeeded,
                    })}{" "}
                    {openOf(batch.counts) > 0 && t("batch.rollbackOthers")}
                </Confirm>
            )}
        </>
    );
}
