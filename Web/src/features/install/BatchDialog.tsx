import { useState } from "react";
import { api } from "../../api/client";
import type { Batch, BatchKind, BatchParameters, BatchTargets, CreateBatchRequest } from "../../api/hosting";
import type { ServiceCategory } from "../../api/types";
import { useWatched } from "../../app/watched";
import { FormDialog } from "../../design/Dialog";
import { SelectField } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useDebounced } from "../../lib/useDebounced";
import { useResource } from "../../lib/useResource";
import { PlanView } from "./PlanView";
import { policyOf, usualPolicy, type PolicyForm } from "./policy";
import { RolloutFields } from "./RolloutFields";

export type HostedAction = "start" | "stop" | "restart" | "repair" | "upgrade";

interface BatchDialogProps {
    project: string;
    kind: HostedAction;
    targets: () => BatchTargets;
    count: number;
    /** Of those that are selected; `undefined` where it is not known. */
    category?: ServiceCategory;
    onClose: () => void;
    onStarted?: (batch: Batch) => void;
}

/** Something done to hosted services: what it would do is shown before it is begun, and anew with every change. */
export function BatchDialog({ project, kind, targets, count, category, onClose, onStarted }: BatchDialogProps) {
    const { t } = useTexts();
    const { watch } = useWatched();
    const [policy, setPolicy] = useState<PolicyForm>(() => usualPolicy(kind, count));
    const [image, setImage] = useState("");
    const parameters: BatchParameters | undefined = kind === "upgrade" ? { image } : undefined;
    const request = (): CreateBatchRequest => ({
        kind: kind as BatchKind,
        targets: targets(),
        parameters,
        policy: policyOf(policy, kind),
    });
    const wanted = useDebounced(JSON.stringify({ image, policy }), 300);
    const isReady = kind !== "upgrade" || image !== "";
    const plan = useResource(
        isReady ? `plan ${wanted}` : undefined,
        (signal) => api.planBatch(project, request(), signal),
        true,
    );
    const total = plan.value?.total ?? count;
    return (
        <FormDialog
            isWide
            title={t(`batch.title.${kind}`, { count: total })}
            submit={t(`batch.title.${kind}`, { count: total })}
            isDestructive={kind === "stop"}
            canSubmit={isReady && plan.value !== undefined && plan.problem === undefined}
            onClose={onClose}
            onSubmit={async () => {
                const batch = await api.createBatch(project, request());
                watch(batch);
                onStarted?.(batch);
            }}
        >
            {(problem) => (
                <>
                    <p className="soft">{t(`action.text.${kind}`)}</p>
                    {kind === "upgrade" && <ImageField category={category} value={image} onChange={setImage} />}
                    <RolloutFields
                        kind={kind}
                        form={policy}
                        onChange={(changes) => setPolicy((old) => ({ ...old, ...changes }))}
                        problem={problem ?? plan.problem}
                    />
                    {plan.problem !== undefined && <ProblemNotice problem={plan.problem} onRetry={plan.reload} />}
                    {isReady && plan.problem === undefined && plan.value !== undefined && (
                        <PlanView plan={plan.value} hidesItems={kind !== "upgrade" && count === 1} />
                    )}
                </>
            )}
        </FormDialog>
    );
}

interface ImageFieldProps {
    category: ServiceCategory | undefined;
    value: string;
    onChange: (image: string) => void;
}

/** Only what the list of images has, and only of the services' own category where that is known. */
export function ImageField({ category, value, onChange }: ImageFieldProps) {
    const { t } = useTexts();
    const images = useResource(`images ${category ?? ""}`, (signal) =>
        api.listImages(category ?? "", "", { limit: 500 }, signal),
    );
    if (images.problem !== undefined) return <ProblemNotice problem={images.problem} onRetry={images.reload} />;
    const items = images.value?.items;
    if (items?.length === 0) return <Notice kind="warn">{t("image.noneToChoose")}</Notice>;
    const label = (reference: string, isDefault: boolean) =>
        isDefault ? `${reference} (${t("image.default")})` : reference;
    return (
        <SelectField
            label={t("image.word")}
            value={value}
            onChange={onChange}
            options={[
                { value: "", label: t("image.choose") },
                ...(items ?? []).map((each) => ({ value: each.id, label: label(each.reference, each.isDefault) })),
            ]}
        />
    );
}
