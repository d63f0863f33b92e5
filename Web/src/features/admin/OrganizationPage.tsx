import { useMemo, useState } from "react";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button } from "../../design/Button";
import { Card, Page } from "../../design/Page";
import { State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { Members, membersOf } from "./Members";
import { EditTenantDialog } from "./TenantDialogs";

export function OrganizationPage({ org: id = "" }: PlaceProps) {
    const { t } = useTexts();
    const { may } = useSession();
    const { orgs, projects, reload } = useTenancy();
    const [isEditing, setEditing] = useState(false);
    const place = useMemo(() => membersOf.organization(id), [id]);
    const org = orgs.find((each) => each.id === id);
    if (org === undefined) {
        return (
            <Page title={t("nav.organizations")}>
                <State icon="search" title={t("problem.notFoundTitle")}>
                    {t("problem.notFoundHint")}
                </State>
            </Page>
        );
    }
    const mayEdit = may("editOrganization", { orgId: id });
    const own = projects.filter((each) => each.orgId === id);
    return (
        <Page
            title={org.name}
            lead={
                <>
                    <Link to="/admin/organizations">{t("nav.organizations")}</Link>
                    {org.description !== "" && ` · ${org.description}`}
                </>
            }
            actions={
                mayEdit && (
                    <Button icon="edit" onClick={() => setEditing(true)}>
                        {t("common.edit")}
                    </Button>
                )
            }
        >
            {may("viewOrganizationMembers", { orgId: id }) && (
                <Members
                    place={place}
                    title={t("admin.organizationAdmins")}
                    mayEdit={may("editOrganizationMembers", { orgId: id })}
                />
            )}
            <Card
                isFlush
                title={t("nav.projects")}
                actions={
                    <Link className="small" to={`/admin/projects?org=${id}`}>
                        {t("overview.all", { count: own.length })}
                    </Link>
                }
            >
                {own.length === 0 ? (
                    <State icon="project" title={t("admin.noProjects")} />
                ) : (
                    <ul className="attention">
                        {own.slice(0, 20).map((each) => (
                            <li key={each.id} className="plain-line">
                                <Link className="strong break" to={`/admin/projects/${each.id}`}>
                                    {each.name}
                                </Link>
                                <span className="soft break">{each.description}</span>
                            </li>
                        ))}
                    </ul>
                )}
            </Card>
            {isEditing && <EditTenantDialog tenant={org} onDone={reload} onClose={() => setEditing(false)} />}
        </Page>
    );
}
