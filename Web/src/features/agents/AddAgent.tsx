import { useRef, useState } from "react";
import type { CreatedEnrollmentToken } from "../../api/agents";
import { api } from "../../api/client";
import { FormDialog } from "../../design/Dialog";
import { CheckField, errorOf, SelectField, TextField } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";
import { TagInput } from "../tags/TagInput";
import { JoinDialog } from "./JoinDialog";

const fields = ["name", "expiresInHours", "maximumUses"];
const lifetimes = [1, 24, 168, 720, 8760] as const;
const mostUses = 100_000;

interface AddAgentProps {
    project: string;
    onMade: () => void;
    onClose: () => void;
}

/** A token is made, and then the command that it stands in is shown once, for as long as one waits for who joins by it. */
export function AddAgent({ project, onMade, onClose }: AddAgentProps) {
    const [made, setMade] = useState<CreatedEnrollmentToken>();
    // The form closes when it went well, and not because somebody gave it up.
    const isMade = useRef(false);
    if (made !== undefined) return <JoinDialog project={project} token={made} onClose={onClose} />;
    return (
        <TokenDialog
            project={project}
            onClose={() => {
                if (!isMade.current) onClose();
            }}
            onMade={(token) => {
                isMade.current = true;
                setMade(token);
                onMade();
            }}
        />
    );
}

interface TokenDialogProps {
    project: string;
    onMade: (token: CreatedEnrollmentToken) => void;
    onClose: () => void;
}

function TokenDialog({ project, onMade, onClose }: TokenDialogProps) {
    const { t } = useTexts();
    const [name, setName] = useState("");
    const [hours, setHours] = useState("24");
    const [uses, setUses] = useState("1");
    const [adoptsOffers, setAdopts] = useState(false);
    const [tags, setTags] = useState<string[]>([]);
    const count = Number(uses);
    const isCount = /^\d+$/.test(uses.trim()) && count >= 1 && count <= mostUses;
    return (
        <FormDialog
            title={t("agent.add")}
            submit={t("enrollment.make")}
            canSubmit={name.trim() !== "" && isCount}
            fields={fields}
            onClose={onClose}
            onSubmit={async () =>
                onMade(
                    await api.createEnrollmentToken(project, {
                        name: name.trim(),
                        expiresInHours: Number(hours),
                        maximumUses: count,
                        adoptsOffers,
                        tags: adoptsOffers ? tags : [],
                    }),
                )
            }
        >
            {(problem) => (
                <>
                    <p className="soft">{t("enrollment.formLead")}</p>
                    <TextField
                        label={t("enrollment.name")}
                        value={name}
                        onChange={setName}
                        maxLength={100}
                        autoFocus
                        autoComplete="off"
                        hint={t("enrollment.nameHint")}
                        error={errorOf(problem, "name")}
                    />
                    <div className="field-row">
                        <SelectField
                            label={t("enrollment.lifetime")}
                            value={hours}
                            onChange={setHours}
                            error={errorOf(problem, "expiresInHours")}
                            options={lifetimes.map((each) => ({
                                value: String(each),
                                label:
                                    each < 24
                                        ? t("enrollment.hours", { count: each })
                                        : t("enrollment.days", { count: each / 24 }),
                            }))}
                        />
                        <TextField
                            label={t("enrollment.maximumUses")}
                            value={uses}
                            onChange={setUses}
                            inputMode="numeric"
                            maxLength={6}
                            autoComplete="off"
                            error={errorOf(problem, "maximumUses") ?? (isCount ? undefined : t("enrollment.badUses"))}
                        />
                    </div>
                    <CheckField
                        label={t("enrollment.adoptsOffers")}
                        hint={t("enrollment.adoptsOffersHint")}
                        isOn={adoptsOffers}
                        onChange={setAdopts}
                    />
                    {adoptsOffers && (
                        <TagInput project={project} label={t("enrollment.tags")} tags={tags} onChange={setTags} />
                    )}
                </>
            )}
        </FormDialog>
    );
}
