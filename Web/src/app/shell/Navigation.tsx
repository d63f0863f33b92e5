import { Icon, type IconName } from "../../design/icons";
import { useTexts, type MessageKey } from "../../i18n/i18n";
import { Link, useRouter } from "../../lib/router";
import { useSession } from "../session";
import { useTenancy } from "../tenancy";

interface Entry {
    to: string;
    icon: IconName;
    label: MessageKey;
}

/** The two areas. Administration is there only for those who administer something. */
export function Navigation() {
    const { t } = useTexts();
    const { may, isAdministrator } = useSession();
    const { project } = useTenancy();
    const workspace: Entry[] =
        project === undefined
            ? []
            : [
                  { to: `/projects/${project.id}/overview`, icon: "overview", label: "nav.overview" },
                  { to: `/projects/${project.id}/services`, icon: "services", label: "nav.services" },
                  { to: `/projects/${project.id}/hosts`, icon: "host", label: "nav.hosts" },
                  { to: `/projects/${project.id}/agents`, icon: "agent", label: "nav.agents" },
                  { to: `/projects/${project.id}/batches`, icon: "tasks", label: "nav.batches" },
                  { to: `/projects/${project.id}/tags`, icon: "tag", label: "nav.tags" },
              ];
    const administration: Entry[] = [
        { to: "/admin/organizations", icon: "organization", label: "nav.organizations" },
        { to: "/admin/projects", icon: "project", label: "nav.projects" },
        { to: "/admin/images", icon: "image", label: "nav.images" },
        { to: "/admin/users", icon: "users", label: "nav.users" },
        { to: "/admin/audit", icon: "audit", label: "nav.audit" },
        ...(may("editSettings") ? [{ to: "/admin/settings", icon: "settings", label: "nav.settings" } as const] : []),
    ];
    return (
        <nav aria-label={t("nav.label")}>
            {workspace.length > 0 && <Group title={t("nav.workspace")} entries={workspace} />}
            {isAdministrator && <Group title={t("nav.administration")} entries={administration} />}
        </nav>
    );
}

function Group({ title, entries }: { title: string; entries: readonly Entry[] }) {
    const { t } = useTexts();
    const { path } = useRouter();
    return (
        <>
            <h2 className="nav-title">{title}</h2>
            <ul className="nav-list">
                {entries.map((entry) => {
                    const isHere = path === entry.to || path.startsWith(`${entry.to}/`);
                    return (
                        <li key={entry.to}>
                            <Link to={entry.to} className="nav-link" aria-current={isHere ? "page" : undefined}>
                                <Icon name={entry.icon} />
                                {t(entry.label)}
                            </Link>
                        </li>
                    );
                })}
            </ul>
        </>
    );
}
