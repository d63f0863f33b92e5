import { useState } from "react";
import type { Project } from "../../api/types";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button, IconButton } from "../../design/Button";
import { DataTable } from "../../design/DataTable";
import { SearchInput, Select } from "../../design/Field";
import { Page } from "../../design/Page";
import { State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { Link, useQuery } from "../../lib/router";
import { CreateTenantDialog, DeleteTenantDialog, EditTenantDialog } from "./TenantDialogs";

type Asked = { kind: "create" } | { kind: "edit" | "delete"; project: Project };

export function ProjectsPage() {
    const { t } = useTexts();
    const { may } = useSession();
    const { orgs, projects, orgName, reload } = useTenancy();
    const [query, change] = useQuery();
    const [text, setText] = useState("");
    const [asked, setAsked] = useState<Asked>();
    const org = query.get("org") ?? "";
    const wanted = text.trim().toLowerCase();
    const shown = projects.filter(
        (each) => (org === "" || each.orgId === org) && each.name.toLowerCase().includes(wanted),
    );
    const open = orgs.filter((each) => may("createProjects", { orgId: each.id }));
    const create = open.length > 0 && (
        <Button kind="primary" icon="plus" onClick={() => setAsked({ kind: "create" })}>
            {t("admin.newProject")}
        </Button>
    );
    const close = () => setAsked(undefined);
    return (
        <Page title={t("nav.projects")} lead={t("admin.projectsLead")} actions={create}>
            <div className="filters" role="search">
                <SearchInput label={t("switcher.search")} value={text} onChange={setText} />
                {orgs.length > 1 && (
                    <Select
                        aria-label={t("admin.organization")}
                        value={org}
                        onChange={(value) => change({ org: value })}
                        options={[
                            { value: "", label: t("admin.anyOrganization") },
                            ...orgs.map((each) => ({ value: each.id, label: each.name })),
                        ]}
                    />
                )}
            </div>
            <section className="card list-card">
                <DataTable<Project>
                    label={t("nav.projects")}
                    list={{ items: shown, isLoading: false, problem: undefined, reload }}
                    rowKey={(each) => each.id}
                    empty={<State icon="project" title={t("admin.noProjects")} actions={create} />}
                    columns={[
                        {
                            id: "name",
                            title: t("common.name"),
                            cell: (each) => (
                                <Link className="strong break" to={`/admin/projects/${each.id}`}>
                                    {each.name}
                                </Link>
                            ),
                        },
                        { id: "org", title: t("admin.organization"), cell: (each) => orgName(each.orgId) },
                        {
                            id: "description",
                            title: t("common.description"),
                            cell: (each) => <span className="soft break">{each.description}</span>,
                        },
                        { id: "created", title: t("common.created"), cell: (each) => <Time at={each.createdAt} /> },
                        {
                            id: "actions",
                            title: "",
                            label: t("common.actions"),
                            className: "actions",
                            cell: (each) => (
                                <>
                                    {may("editProject", { orgId: each.orgId, projectId: each.id }) && (
                                        <IconButton
                                            icon="edit"
                                            size="small"
                                            label={t("admin.edit", { name: each.name })}
                                            onClick={() => setAsked({ kind: "edit", project: each })}
                                        />
                                    )}
                                    {may("createProjects", { orgId: each.orgId }) && (
                                        <IconButton
                                            icon="trash"
                                            size="small"
                                            label={t("admin.delete", { name: each.name })}
                                            onClick={() => setAsked({ kind: "delete", project: each })}
                                        />
                                    )}
                                </>
                            ),
                        },
                    ]}
                />
            </section>
            {asked?.kind === "create" && <CreateTenantDialog orgs={open} onClose={close} />}
            {asked?.kind === "edit" && <EditTenantDialog tenant={asked.project} onDone={reload} onClose={close} />}
            {asked?.kind === "delete" && <DeleteTenantDialog tenant={asked.project} onDone={reload} onClose={close} />}
        </Page>
    );
}
