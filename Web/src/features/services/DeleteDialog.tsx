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
    targets: () => BatchTargets;
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
    const request = (): CreateBatchRequest => ({
        kind: "delete",
        targets: targets(),
        parameters: { deleteVolumes, force },
    });
    const plan = useResource(
        `delete ${deleteVolumes} ${force}`,
        (signal) => api.planBatch(project, request(), signal),
        true,
    );
    const { hosted = 0, managed = 0 } = plan.value ?? {};
    const data = t(deleteVolumes ? "bulk.dataGoes" : "bulk.dataStays");
    return (
        <Confirm
            title={name === undefined ? t("bulk.deleteTitle", { count }) : t("service.deleteTitle", { name })}
            submit={t("bulk.deleteSubmit")}
            typed={name ?? (count > 1 ? String(count) : undefined)}
            onClose={onClose}
            onConfirm={async () => {
                const batch = await api.createBatch(project, request());
                watch(batch);
                onStarted(batch);
            }}
        >
            <div className="stack">
                <p>{t("bulk.deleteText")}</p>
                {plan.problem !== undefined && <ProblemNotice problem={plan.problem} onRetry={plan.reload} />}
                <div className="stack" aria-live="polite">
                    {managed > 0 && <Notice>{t("bulk.deleteManaged", { count: managed })}</Notice>}
                    {hosted > 0 && (
                        <Notice kind="warn">
                            {t("bulk.deleteHosted", { count: hosted })} {data}
                        </Notice>
                    )}
                </div>
                {hosted > 0 && (
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
