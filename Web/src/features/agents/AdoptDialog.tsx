import { useState } from "react";
import type { AdoptOffersRequest } from "../../api/agents";
import { FormDialog } from "../../design/Dialog";
import { Choices } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";
import { TagInput } from "../tags/TagInput";

interface AdoptDialogProps {
    project: string;
    offers: Required<AdoptOffersRequest>["offers"];
    onSubmit: (request: AdoptOffersRequest) => Promise<void>;
    onClose: () => void;
}

/** All that is new at once: what they have in common is entered here. */
export function AdoptDialog({ project, offers, onSubmit, onClose }: AdoptDialogProps) {
    const { t } = useTexts();
    const [tags, setTags] = useState<string[]>([]);
    const [kind, setKind] = useState<"none" | "jwt">("none");
    return (
        <FormDialog
            title={t("offer.addAllTitle", { count: offers.length })}
            submit={t("offer.addAllSubmit", { count: offers.length })}
            onClose={onClose}
            onSubmit={() => onSubmit({ offers, tags, auth: { kind } })}
        >
            {() => (
                <>
                    <ul className="offer-list">
                        {offers.map((each) => (
                            <li key={each.offer}>
                                <span className="strong break">{each.name}</span>
                                <code className="small soft break">{each.offer}</code>
                            </li>
                        ))}
                    </ul>
                    <TagInput project={project} label={t("enrollment.tags")} tags={tags} onChange={setTags} />
                    <Choices
                        label={t("auth.kind")}
                        value={kind}
                        onChange={setKind}
                        options={(["none", "jwt"] as const).map((value) => ({
                            value,
                            label: t(`auth.${value}`),
                            hint: t(`authHint.${value}`),
                        }))}
                    />
                </>
            )}
        </FormDialog>
    );
}
