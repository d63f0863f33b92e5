import { useState } from "react";
import { api } from "../../api/client";
import type { Tag } from "../../api/types";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button, IconButton } from "../../design/Button";
import { DataTable, Pager } from "../../design/DataTable";
import { Confirm, FormDialog } from "../../design/Dialog";
import { errorOf, SearchInput, TextField } from "../../design/Field";
import { Page } from "../../design/Page";
import { State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { useDebounced } from "../../lib/useDebounced";
import { usePages } from "../../lib/usePages";

const limit = 100;
type Asked = { kind: "create" } | { kind: "rename" | "delete"; tag: Tag };

export function TagsPage({ project = "" }: PlaceProps) {
    const { t } = useTexts();
    const { may } = useSession();
    const { project: here } = useTenancy();
    const mayEdit = may("editServices", { projectId: project, orgId: here?.orgId });
    const [text, setText] = useState("");
    const q = useDebounced(text.trim(), 180);
    const [asked, setAsked] = useState<Asked>();
    const pages = usePages(`tags ${project} ${q}`, limit, (request, signal) =>
        api.listTags(project, q, request, signal),
    );
    const create = mayEdit && (
        <Button kind="primary" icon="plus" onClick={() => setAsked({ kind: "create" })}>
            {t("tags.create")}
        </Button>
    );
    return (
        <Page title={t("nav.tags")} lead={t("tags.lead")} actions={create}>
            <div className="filters" role="search">
                <SearchInput label={t("tags.search")} value={text} onChange={setText} />
            </div>
            <section className="card list-card">
                <DataTable<Tag>
                    label={t("nav.tags")}
                    list={pages}
                    rowKey={(tag) => tag.id}
                    empty={
                        <State
                            icon="tag"
                            title={t(q === "" ? "tags.none" : "tags.noneFound")}
                            actions={q === "" && create}
                        >
                            {q === "" ? t("tags.noneHint") : undefined}
                        </State>
                    }
                    columns={[
                        {
                            id: "name",
                            title: t("common.name"),
                            cell: (tag) => (
                                <span className="chip">
                                    <span className="ellipsis">{tag.name}</span>
                                </span>
                            ),
                        },
                        {
                            id: "services",
                            title: t("nav.services"),
                            cell: (tag) =>
                                tag.services === 0 ? (
                                    <span className="faint">{t("tags.unused")}</span>
                                ) : (
                                    <Link
                                        className="number"
                                        to={`/projects/${project}/services?tag=${encodeURIComponent(tag.name)}`}
                                    >
                                        {t("services.count", { count: tag.services })}
                                    </Link>
                                ),
                        },
                        { id: "created", title: t("common.created"), cell: (tag) => <Time at={tag.createdAt} /> },
                        {
                            id: "actions",
                            title: "",
                            label: t("common.actions"),
                            className: "actions",
                            cell: (tag) =>
                                mayEdit && (
                                    <>
                                        <IconButton
                                            icon="edit"
                                            size="small"
                                            label={t("tags.renameLabel", { tag: tag.name })}
                                            onClick={() => setAsked({ kind: "rename", tag })}
                                        />
                                        <IconButton
                                            icon="trash"
                                            size="small"
                                            label={t("tags.deleteLabel", { tag: tag.name })}
                                            onClick={() => setAsked({ kind: "delete", tag })}
                                        />
                                    </>
                                ),
                        },
                    ]}
                />
                <Pager
                    paging={pages.paging}
                    limit={limit}
                    count={pages.items.length}
                    total={pages.total}
                    isLoading={pages.isLoading}
                />
            </section>
            {asked !== undefined && (
                <TagDialog project={project} asked={asked} onDone={pages.reload} onClose={() => setAsked(undefined)} />
            )}
        </Page>
    );
}

interface TagDialogProps {
    project: string;
    asked: Asked;
    onDone: () => void;
    onClose: () => void;
}

function TagDialog({ project, asked, onDone, onClose }: TagDialogProps) {
    const { t } = useTexts();
    const [name, setName] = useState(asked.kind === "rename" ? asked.tag.name : "");
    if (asked.kind === "delete") {
        return (
            <Confirm
                title={t("tags.deleteTitle", { tag: asked.tag.name })}
                submit={t("common.delete")}
                onClose={onClose}
                onConfirm={async () => {
                    await api.deleteTag(project, asked.tag.id);
                    onDone();
                }}
            >
                {asked.tag.services === 0 ? t("tags.deleteText") : t("tags.deleteUsed", { count: asked.tag.services })}
            </Confirm>
        );
    }
    const isNew = asked.kind === "create";
    return (
        <FormDialog
            title={t(isNew ? "tags.create" : "tags.renameTitle")}
            submit={t(isNew ? "common.create" : "common.save")}
            onClose={onClose}
            canSubmit={name.trim() !== ""}
            fields={["name"]}
            onSubmit={async () => {
                if (asked.kind === "create") await api.createTag(project, name.trim());
                else await api.renameTag(project, asked.tag.id, name.trim());
                onDone();
            }}
        >
            {(problem) => (
                <TextField
                    label={t("common.name")}
                    value={name}
                    onChange={setName}
                    maxLength={50}
                    autoFocus
                    autoComplete="off"
                    hint={t("tags.nameHint")}
                    error={errorOf(problem, "name")}
                />
            )}
        </FormDialog>
    );
}
