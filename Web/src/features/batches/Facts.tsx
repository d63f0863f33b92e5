import type { ReactNode } from "react";
import { api } from "../../api/client";
import type { Batch, BatchParameters } from "../../api/hosting";
import { useSession } from "../../app/session";
import { Card } from "../../design/Page";
import { useTexts } from "../../i18n/i18n";
import { useResource } from "../../lib/useResource";
import { policyWords } from "./words";

/** What was asked for, and how it is gone about. */
export function Facts({ batch }: { batch: Batch }) {
    const { t } = useTexts();
    return (
        <div className="stack">
            <Parameters parameters={batch.parameters} />
            <Card title={t("policy.title")}>
                <ul className="policy">
                    {policyWords(batch.policy, t).map((line) => (
                        <li key={line}>{line}</li>
                    ))}
                </ul>
            </Card>
        </div>
    );
}

function Parameters({ parameters }: { parameters: BatchParameters }) {
    const { t } = useTexts();
    const image = useImageReference(parameters.image ?? undefined);
    const lines: { label: string; value: ReactNode }[] = [];
    const tags = (label: string, names: readonly string[] | null | undefined) => {
        if (names === undefined || names === null || names.length === 0) return;
        lines.push({
            label,
            value: (
                <span className="row wrap">
                    {names.map((name) => (
                        <span className="chip" key={name}>
                            <span className="ellipsis">{name}</span>
                        </span>
                    ))}
                </span>
            ),
        });
    };
    tags(t("bulk.addTags"), parameters.add);
    tags(t("bulk.removeTags"), parameters.remove);
    tags(t("nav.tags"), parameters.tags);
    if (parameters.namePrefix) lines.push({ label: t("batch.prefix"), value: <code>{parameters.namePrefix}</code> });
    if (parameters.image) lines.push({ label: t("image.word"), value: <code className="break">{image}</code> });
    if (typeof parameters.authentication === "boolean") {
        lines.push({ label: t("auth.kind"), value: t(parameters.authentication ? "common.on" : "common.off") });
    }
    if (parameters.deleteVolumes === true) lines.push({ label: t("batch.volumes"), value: t("batch.volumesDeleted") });
    if (parameters.force === true) lines.push({ label: t("batch.force"), value: t("batch.forced") });
    if (lines.length === 0) return null;
    return (
        <Card title={t("batch.asked")}>
            <dl className="facts">
                {lines.map((line) => (
                    <Line key={line.label} {...line} />
                ))}
            </dl>
        </Card>
    );
}

function Line({ label, value }: { label: string; value: ReactNode }) {
    return (
        <>
            <dt>{label}</dt>
            <dd>{value}</dd>
        </>
    );
}

/** The image by the name people know it by; those who may not see the list see its id. */
function useImageReference(id: string | undefined): string {
    const { may } = useSession();
    const images = useResource(id === undefined || !may("editServices") ? undefined : "images", (signal) =>
        api.listImages("", "", { limit: 500 }, signal),
    );
    return images.value?.items.find((each) => each.id === id)?.reference ?? id ?? "";
}
