import { useState } from "react";
import type { FormEvent } from "react";
import { api } from "../../api/client";
import type { EdgeService } from "../../api/types";
import { Button } from "../../design/Button";
import { Icon } from "../../design/icons";
import { Popup } from "../../design/Popup";
import { ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useAction } from "../../lib/useResource";
import { mostTags, useTagNames } from "../tags/TagInput";

interface InlineTagsProps {
    service: EdgeService;
    mayEdit: boolean;
    onChange: (service: EdgeService) => void;
    onPick?: (tag: string) => void;
    /** How many fit beside each other. */
    most?: number;
}

/** A service's tags where they stand: a tag filters by itself, and one more can be added or taken away. */
export function InlineTags({ service, mayEdit, onChange, onPick, most = 3 }: InlineTagsProps) {
    const { t } = useTexts();
    const shown = service.tags.slice(0, most);
    const rest = service.tags.slice(most);
    return (
        <div className="row inline-tags">
            {shown.map((tag) =>
                onPick === undefined ? (
                    <span className="chip" key={tag}>
                        <span className="ellipsis">{tag}</span>
                    </span>
                ) : (
                    <button
                        type="button"
                        className="chip"
                        key={tag}
                        title={t("services.filterByTag", { tag })}
                        onClick={() => onPick(tag)}
                    >
                        <span className="ellipsis">{tag}</span>
                    </button>
                ),
            )}
            {rest.length > 0 && (
                <span className="faint small nowrap" title={rest.join(", ")}>
                    +{rest.length}
                </span>
            )}
            {mayEdit && (
                <Popup
                    kind="dialog"
                    align="end"
                    label={t("services.editTags", { name: service.name })}
                    trigger={(wired) => (
                        <button
                            type="button"
                            className="button quiet small icon-only add-tag"
                            title={t("services.addTag")}
                            aria-label={t("services.editTags", { name: service.name })}
                            {...wired}
                        >
                            <Icon name="plus" size="s" />
                        </button>
                    )}
                >
                    {() => <TagEditor service={service} onChange={onChange} />}
                </Popup>
            )}
        </div>
    );
}

function TagEditor({ service, onChange }: { service: EdgeService; onChange: (service: EdgeService) => void }) {
    const { t } = useTexts();
    const [text, setText] = useState("");
    const action = useAction();
    const names = useTagNames(service.projectId, text)
        .filter((name) => !service.tags.includes(name))
        .slice(0, 6);
    const change = (add: string[], remove: string[]) =>
        void action.run(async () => {
            onChange(await api.changeServiceTags(service.id, add, remove));
            setText("");
        });
    const submit = (event: FormEvent) => {
        event.preventDefault();
        if (text.trim() !== "") change([text.trim()], []);
    };
    return (
        <form className="tag-editor" onSubmit={submit}>
            {action.problem !== undefined && <ProblemNotice problem={action.problem} />}
            <div className="row">
                <input
                    className="input"
                    value={text}
                    maxLength={50}
                    placeholder={t("services.newTag")}
                    aria-label={t("services.newTag")}
                    disabled={service.tags.length >= mostTags}
                    onChange={(event) => setText(event.target.value)}
                />
                <Button type="submit" isBusy={action.isRunning} disabled={text.trim() === ""}>
                    {t("common.add")}
                </Button>
            </div>
            {names.length > 0 && (
                <div className="row wrap">
                    {names.map((name) => (
                        <button type="button" className="chip" key={name} onClick={() => change([name], [])}>
                            <Icon name="plus" size="s" />
                            <span className="ellipsis">{name}</span>
                        </button>
                    ))}
                </div>
            )}
            {service.tags.length > 0 && (
                <div className="stack tight">
                    <span className="faint small">{t("services.hasTags")}</span>
                    <div className="row wrap">
                        {service.tags.map((tag) => (
                            <span className="chip" key={tag}>
                                <span className="ellipsis">{tag}</span>
                                <button
                                    type="button"
                                    aria-label={t("tags.remove", { tag })}
                                    onClick={() => change([], [tag])}
                                >
                                    <Icon name="close" size="s" />
                                </button>
                            </span>
                        ))}
                    </div>
                </div>
            )}
        </form>
    );
}
