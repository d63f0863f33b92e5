import { useState } from "react";
import type { Organization } from "../../api/types";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button, IconButton } from "../../design/Button";
import { DataTable } from "../../design/DataTable";
import { SearchInput } from "../../design/Field";
import { Page } from "../../design/Page";
import { State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { CreateTenantDialog, DeleteTenantDialog, EditTenantDialog } from "./TenantDialogs";

type Asked = { kind: "create" } | { kind: "edit" | "delete"; org: Organization };

export function OrganizationsPage() {
    const { t } = useTexts();
    const { may } = useSession();
    const { orgs, projects, reload } = useTenancy();
    const [text, setText] = useState("");
    const [asked, setAsked] = useState<Asked>();
    const wanted = text.trim().toLowerCase();
    const shown = orgs.filter((org) => org.name.toLowerCase().includes(wanted));
    const create = may("createOrganizations") && (
        <Button kind="primary" icon="plus" onClick={() => setAsked({ kind: "create" })}>
            {t("admin.newOrganization")}
        </Button>
    );
    const close = () => setAsked(undefined);
    return (
        <Page title={t("nav.organizations")} lead={t("admin.organizationsLead")} actions={create}>
            <div className="filters" role="search">
                <SearchInput label={t("admin.findOrganization")} value={text} onChange={setText} />
            </div>
            <section className="card list-card">
                <DataTable<Organization>
                    label={t("nav.organizations")}
                    list={{ items: shown, isLoading: false, problem: undefined, reload }}
                    rowKey={(org) => org.id}
                    empty={<State icon="organization" title={t("admin.noOrganizations")} actions={create} />}
                    columns={[
                        {
                            id: "name",
                            title: t("common.name"),
                            cell: (org) => (
                                <Link className="strong break" to={`/admin/organizations/${org.id}`}>
                                    {org.name}
                                </Link>
                            ),
                        },
                        {
                            id: "description",
                            title: t("common.description"),
                            cell: (org) => <span className="soft break">{org.description}</span>,
                        },
                        {
                            id: "projects",
                            title: t("nav.projects"),
                            className: "number",
                            cell: (org) => projects.filter((each) => each.orgId === org.id).length,
                        },
                        { id: "created", title: t("common.created"), cell: (org) => <Time at={org.createdAt} /> },
                        {
                            id: "actions",
                            title: "",
                            label: t("common.actions"),
                            className: "actions",
                            cell: (org) => (
                                <>
                                    {may("editOrganization", { orgId: org.id }) && (
                                        <IconButton
                                            icon="edit"
                                            size="small"
                                            label={t("admin.edit", { name: org.name })}
                                            onClick={() => setAsked({ kind: "edit", org })}
                                        />
                                    )}
                                    {may("createOrganizations") && (
                                        <IconButton
                                            icon="trash"
                                            size="small"
                                            label={t("admin.delete", { name: org.name })}
                                            onClick={() => setAsked({ kind: "delete", org })}
                                        />
                                    )}
                                </>
                            ),
                        },
                    ]}
                />
            </section>
            {asked?.kind === "create" && <CreateTenantDialog onClose={close} />}
            {asked?.kind === "edit" && <EditTenantDialog tenant={asked.org} onDone={reload} onClose={close} />}
            {asked?.kind === "delete" && <DeleteTenantDialog tenant={asked.org} onDone={reload} onClose={close} />}
        </Page>
    );
}
