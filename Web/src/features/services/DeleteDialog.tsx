import { useState } from "react";
import { api } from "../../api/client";
import type { Batch, BatchTargets, CreateBatchRequest } from "../../api/hosting";
import { useWatched } from "../../app/watched";
import { Confirm } from "../../design/Dialog";
import { CheckField } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useResource } from "../../lib/useResource";

interface DeleteDialogProps {
    project: string;
    targets: () => Promise<BatchTargets>;
    count: number;
    /** Known where there is only one. */
    name?: string;
    onClose: () => void;
    onStarted: (batch: Batch) => void;
}

/** Deleting services, of which some may be hosted: what becomes of their containers and data is asked then. */
export function DeleteDialog({ project, targets, count, name, onClose, onStarted }: DeleteDialogProps) {
    const { t } = useTexts();
    const { watch } = useWatched();
    const [deleteVolumes, setDeleteVolumes] = useState(false);
    const [force, setForce] = useState(false);
    const request = async (): Promise<CreateBatchRequest> => ({
        kind: "delete",
        targets: await targets(),
        parameters: { deleteVolumes, force },
    });
    const plan = useResource(
        `delete ${deleteVolumes} ${force}`,
        async (signal) => api.planBatch(project, await request(), signal),
        true,
    );
    // Of managed services there is nothing to warn: what is said is about the containers of hosted ones.
    const hasHosted = (plan.value?.warnings.length ?? 0) > 0;
    return (
        <Confirm
            title={name === undefined ? t("bulk.deleteTitle", { count }) : t("service.deleteTitle", { name })}
            submit={t("bulk.deleteSubmit")}
            typed={name ?? (count > 1 ? String(count) : undefined)}
            onClose={onClose}
            onConfirm={async () => {
                const batch = await api.createBatch(project, await request());
                watch(batch);
                onStarted(batch);
            }}
        >
            <div className="stack">
                <p>{t("bulk.deleteText")}</p>
                {plan.problem !== undefined && <ProblemNotice problem={plan.problem} onRetry={plan.reload} />}
                {plan.value?.warnings.map((warning) => (
                    <Notice key={warning} kind="warn">
                        {warning}
                    </Notice>
                ))}
                {hasHosted && (
                    <>
                        <CheckField
                            label={t("bulk.deleteVolumes")}
                            hint={t("bulk.deleteVolumesHint")}
                            isOn={deleteVolumes}
                            onChange={setDeleteVolumes}
                        />
                        <CheckField
                            label={t("bulk.force")}
                            hint={t("bulk.forceHint")}
                            isOn={force}
                            onChange={setForce}
                        />
                    </>
                )}
            </div>
        </Confirm>
    );
}
