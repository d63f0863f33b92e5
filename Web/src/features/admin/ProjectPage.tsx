import { useMemo, useState } from "react";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button, LinkButton } from "../../design/Button";
import { Page } from "../../design/Page";
import { State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { Members, membersOf } from "./Members";
import { EditTenantDialog } from "./TenantDialogs";

export function ProjectPage({ project: id = "" }: PlaceProps) {
    const { t } = useTexts();
    const { may } = useSession();
    const { projects, orgName, reload } = useTenancy();
    const [isEditing, setEditing] = useState(false);
    const place = useMemo(() => membersOf.project(id), [id]);
    const project = projects.find((each) => each.id === id);
    if (project === undefined) {
        return (
            <Page title={t("nav.projects")}>
                <State icon="search" title={t("problem.notFoundTitle")}>
                    {t("problem.notFoundHint")}
                </State>
            </Page>
        );
    }
    const scope = { orgId: project.orgId, projectId: id };
    return (
        <Page
            title={project.name}
            lead={
                <>
                    <Link to="/admin/projects">{t("nav.projects")}</Link> · {orgName(project.orgId)}
                    {project.description !== "" && ` · ${project.description}`}
                </>
            }
            actions={
                <>
                    <LinkButton to={`/projects/${id}/overview`} icon="overview">
                        {t("admin.toWorkspace")}
                    </LinkButton>
                    {may("editProject", scope) && (
                        <Button icon="edit" onClick={() => setEditing(true)}>
                            {t("common.edit")}
                        </Button>
                    )}
                </>
            }
        >
            <Members place={place} title={t("overview.members")} mayEdit={may("editProjectMembers", scope)} />
            {isEditing && <EditTenantDialog tenant={project} onDone={reload} onClose={() => setEditing(false)} />}
        </Page>
    );
}
