import { useEffect, useRef, useState } from "react";
import type { EdgeAgent } from "../../api/agents";
import type { EdgeHost } from "../../api/hosting";
import type { ServiceFilter } from "../../api/types";
import { Button, IconButton } from "../../design/Button";
import { SearchInput, Select } from "../../design/Field";
import { Icon } from "../../design/icons";
import { Popup } from "../../design/Popup";
import { useTexts } from "../../i18n/i18n";
import { useDebounced } from "../../lib/useDebounced";
import { mostTags, useTagNames } from "../tags/TagInput";
import { columnNames, columnTitle, type useColumnChoice } from "./columns";
import { choiceFilters, choiceNames, isEmpty, nothing } from "./filter";

interface ServiceFiltersProps {
    project: string;
    filter: ServiceFilter;
    change: (changes: Record<string, string | string[] | undefined>) => void;
    columns: ReturnType<typeof useColumnChoice>;
    /** Of the project, as the agents; `undefined` where there are none. */
    hosts: readonly EdgeHost[] | undefined;
    agents: readonly EdgeAgent[] | undefined;
    onExport: () => void;
}

export function ServiceFilters({ project, filter, change, columns, hosts, agents, onExport }: ServiceFiltersProps) {
    const { t } = useTexts();
    return (
        <div className="filters" role="search">
            <SearchBox q={filter.q ?? ""} onChange={(q) => change({ q })} />
            {choiceNames.map((name) => (
                <Select
                    key={name}
                    aria-label={t(`services.column.${name}`)}
                    value={filter[name] ?? ""}
                    data-set={filter[name]}
                    onChange={(value) => change({ [name]: value })}
                    options={[
                        { value: "", label: t(`services.any.${name}`) },
                        ...choiceFilters[name].map((value) => ({
                            value,
                            label: t(`${name}.${value}` as "status.online"),
                        })),
                    ]}
                />
            ))}
            <TagFilter project={project} tags={filter.tag ?? []} onChange={(tag) => change({ tag })} />
            {(hosts !== undefined || filter.host !== undefined) && (
                <Select
                    aria-label={t("services.column.host")}
                    value={filter.host ?? ""}
                    data-set={filter.host}
                    onChange={(host) => change({ host })}
                    options={[
                        { value: "", label: t("services.any.host") },
                        ...(hosts ?? []).map((host) => ({ value: host.id, label: host.name })),
                    ]}
                />
            )}
            {(agents !== undefined || filter.agent !== undefined) && (
                <Select
                    aria-label={t("services.column.agent")}
                    value={filter.agent ?? ""}
                    data-set={filter.agent}
                    onChange={(agent) => change({ agent })}
                    options={[
                        { value: "", label: t("services.any.agent") },
                        ...(agents ?? []).map((agent) => ({ value: agent.id, label: agent.name })),
                    ]}
                />
            )}
            {(hosts !== undefined || filter.drifted !== undefined) && (
                <Button
                    icon="warning"
                    aria-pressed={filter.drifted === "true"}
                    onClick={() => change({ drifted: filter.drifted === "true" ? undefined : "true" })}
                >
                    {t("services.drifted")}
                </Button>
            )}
            <VersionFilter version={filter.version ?? ""} onChange={(version) => change({ version })} />
            {!isEmpty(filter) && (
                <Button kind="quiet" icon="close" onClick={() => change(nothing)}>
                    {t("services.clearFilters")}
                </Button>
            )}
            <span className="grow" />
            <IconButton icon="download" kind="plain" label={t("services.exportShown")} onClick={onExport} />
            <ColumnChooser columns={columns} />
        </div>
    );
}

/** What is typed is searched for when the typing rests. */
function SearchBox({ q, onChange }: { q: string; onChange: (q: string) => void }) {
    const { t } = useTexts();
    const [text, setText] = useState(q);
    const rested = useDebounced(text, 180);
    const told = useRef(q);
    useEffect(() => {
        if (rested === told.current) return;
        told.current = rested;
        onChange(rested);
    }, [rested, onChange]);
    useEffect(() => {
        if (q === told.current) return;
        told.current = q;
        setText(q);
    }, [q]);
    return <SearchInput label={t("services.search")} value={text} onChange={setText} />;
}

function TagFilter({
    project,
    tags,
    onChange,
}: {
    project: string;
    tags: string[];
    onChange: (tags: string[]) => void;
}) {
    const { t } = useTexts();
    return (
        <Popup
            kind="dialog"
            label={t("services.column.tags")}
            trigger={(wired) => (
                <button type="button" className="button" aria-pressed={tags.length > 0} {...wired}>
                    <Icon name="tag" />
                    {tags.length === 0
                        ? t("services.any.tag")
                        : tags.length === 1
                          ? tags[0]
                          : t("services.tagCount", { count: tags.length })}
                </button>
            )}
        >
            {() => <TagList project={project} tags={tags} onChange={onChange} />}
        </Popup>
    );
}

function TagList({ project, tags, onChange }: { project: string; tags: string[]; onChange: (tags: string[]) => void }) {
    const { t } = useTexts();
    const [q, setQ] = useState("");
    const names = useTagNames(project, q);
    const shown = [...tags, ...names.filter((name) => !tags.includes(name))];
    return (
        <div className="stack tight">
            <SearchInput label={t("tags.search")} value={q} onChange={setQ} />
            <div role="group" aria-label={t("services.column.tags")}>
                {shown.map((name) => (
                    <label className="popup-item" key={name}>
                        <input
                            type="checkbox"
                            className="checkbox"
                            checked={tags.includes(name)}
                            disabled={!tags.includes(name) && tags.length >= mostTags}
                            onChange={(event) =>
                                onChange(event.target.checked ? [...tags, name] : tags.filter((each) => each !== name))
                            }
                        />
                        <span className="ellipsis">{name}</span>
                    </label>
                ))}
                {shown.length === 0 && <p className="popup-note">{t("tags.noneFound")}</p>}
            </div>
            <p className="popup-note">{t("services.tagFilterHint")}</p>
        </div>
    );
}

function VersionFilter({ version, onChange }: { version: string; onChange: (version: string) => void }) {
    const { t } = useTexts();
    const [text, setText] = useState(version);
    useEffect(() => setText(version), [version]);
    return (
        <form
            className="version-filter"
            onSubmit={(event) => {
                event.preventDefault();
                onChange(text.trim());
            }}
        >
            <input
                className="input"
                aria-label={t("services.column.version")}
                placeholder={t("services.any.version")}
                value={text}
                maxLength={100}
                onChange={(event) => setText(event.target.value)}
                onBlur={() => {
                    if (text.trim() !== version) onChange(text.trim());
                }}
            />
        </form>
    );
}

function ColumnChooser({ columns }: { columns: ReturnType<typeof useColumnChoice> }) {
    const { t } = useTexts();
    return (
        <Popup
            kind="dialog"
            align="end"
            label={t("services.columns")}
            trigger={(wired) => (
                <button
                    type="button"
                    className="button icon-only"
                    aria-label={t("services.columns")}
                    title={t("services.columns")}
                    {...wired}
                >
                    <Icon name="columns" />
                </button>
            )}
        >
            {() => (
                <>
                    <div className="popup-title">{t("services.columns")}</div>
                    {columnNames.map((name) => (
                        <label className="popup-item" key={name}>
                            <input
                                type="checkbox"
                                className="checkbox"
                                checked={columns.chosen.includes(name)}
                                onChange={() => columns.toggle(name)}
                            />
                            {t(columnTitle(name))}
                        </label>
                    ))}
                    <hr className="popup-line" />
                    <button type="button" className="popup-item" onClick={columns.reset}>
                        {t("services.usualColumns")}
                    </button>
                </>
            )}
        </Popup>
    );
}
