import { useId, useState } from "react";
import type { KeyboardEvent } from "react";
import { api } from "../../api/client";
import { Icon } from "../../design/icons";
import { useTexts } from "../../i18n/i18n";
import { useDebounced } from "../../lib/useDebounced";
import { useResource } from "../../lib/useResource";

export const mostTags = 10;
const forbidden = /[;,"]/g;

/** Names of a project's tags that hold `q`, for suggestions. */
export function useTagNames(project: string, q: string): readonly string[] {
    const asked = useDebounced(q, 150);
    const tags = useResource(
        `${project} tags ${asked}`,
        (signal) => api.listTags(project, asked, { limit: 30 }, signal),
        true,
    );
    return tags.value?.items.map((tag) => tag.name) ?? [];
}

interface TagInputProps {
    project: string;
    label: string;
    hint?: string;
    tags: readonly string[];
    onChange: (tags: string[]) => void;
}

/** Tags as chips; Enter or a comma adds what was typed, Backspace in the empty field takes the last one away. */
export function TagInput({ project, label, hint, tags, onChange }: TagInputProps) {
    const { t } = useTexts();
    const id = useId();
    const [text, setText] = useState("");
    const names = useTagNames(project, text);
    const add = (typed: string) => {
        const name = typed.replace(forbidden, " ").trim().slice(0, 50);
        setText("");
        if (name !== "" && !tags.includes(name) && tags.length < mostTags) onChange([...tags, name]);
    };
    const onKeyDown = (event: KeyboardEvent) => {
        if ((event.key === "Enter" && text.trim() !== "") || event.key === "," || event.key === ";") {
            event.preventDefault();
            add(text);
        } else if (event.key === "Backspace" && text === "") onChange(tags.slice(0, -1));
    };
    return (
        <div className="field">
            <label className="field-label" htmlFor={id}>
                {label}
            </label>
            <div className="tag-input">
                {tags.map((tag) => (
                    <span className="chip" key={tag}>
                        <span className="ellipsis">{tag}</span>
                        <button
                            type="button"
                            aria-label={t("tags.remove", { tag })}
                            onClick={() => onChange(tags.filter((each) => each !== tag))}
                        >
                            <Icon name="close" size="s" />
                        </button>
                    </span>
                ))}
                <input
                    id={id}
                    list={`${id}-names`}
                    value={text}
                    maxLength={50}
                    autoComplete="off"
                    disabled={tags.length >= mostTags}
                    aria-describedby={`${id}-hint`}
                    onChange={(event) => setText(event.target.value)}
                    onKeyDown={onKeyDown}
                    onBlur={() => add(text)}
                />
                <datalist id={`${id}-names`}>
                    {names
                        .filter((name) => !tags.includes(name))
                        .map((name) => (
                            <option key={name} value={name} />
                        ))}
                </datalist>
            </div>
            <p className="field-hint" id={`${id}-hint`}>
                {hint ?? t("tags.inputHint")}
            </p>
        </div>
    );
}
