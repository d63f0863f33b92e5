import { useMemo, useState } from "react";
import type { Project } from "../../api/types";
import { SearchInput } from "../../design/Field";
import { Icon } from "../../design/icons";
import { MenuLink, Popup } from "../../design/Popup";
import { useTexts } from "../../i18n/i18n";
import { useRouter } from "../../lib/router";
import { useSession } from "../session";
import { placeInProject, useTenancy } from "../tenancy";

/** More than this many projects are not a list to look through, but to search. */
const shown = 100;

export function ProjectSwitcher() {
    const { t } = useTexts();
    const { project, projects, orgName } = useTenancy();
    if (project === undefined) return null;
    const org = orgName(project.orgId);
    return (
        <span className="switcher">
            <Popup
                label={t("switcher.label")}
                kind={projects.length > 8 ? "dialog" : "menu"}
                trigger={(wired) => (
                    <button type="button" className="button quiet" title={t("switcher.label")} {...wired}>
                        <span className="names">
                            {org !== "" && (
                                <>
                                    <span className="soft ellipsis">{org}</span>
                                    <span className="faint slash">/</span>
                                </>
                            )}
                            <span className="ellipsis">{project.name}</span>
                        </span>
                        <Icon name="down" size="s" />
                    </button>
                )}
            >
                {(close) => <ProjectList current={project} close={close} />}
            </Popup>
        </span>
    );
}

function ProjectList({ current, close }: { current: Project; close: () => void }) {
    const { t } = useTexts();
    const { path } = useRouter();
    const { isAdministrator } = useSession();
    const { projects, orgs, orgName } = useTenancy();
    const [q, setQ] = useState("");
    const groups = useMemo(() => {
        const wanted = q.trim().toLowerCase();
        const found = projects.filter((each) => `${orgName(each.orgId)} ${each.name}`.toLowerCase().includes(wanted));
        const byOrg = new Map<string, Project[]>();
        for (const each of found.slice(0, shown)) byOrg.set(each.orgId, [...(byOrg.get(each.orgId) ?? []), each]);
        return [...byOrg];
    }, [projects, q, orgName]);
    return (
        <>
            {projects.length > 8 && (
                <div className="switcher-search">
                    <SearchInput label={t("switcher.search")} value={q} onChange={setQ} />
                </div>
            )}
            {groups.map(([org, list]) => (
                <div key={org} role="group" aria-label={orgName(org)}>
                    {(orgs.length > 1 || groups.length > 1) && (
                        <div className="popup-title" aria-hidden="true">
                            {orgName(org)}
                        </div>
                    )}
                    {list.map((each) => (
                        <MenuLink
                            key={each.id}
                            to={placeInProject(path, each.id)}
                            icon="project"
                            isChecked={each.id === current.id}
                            onSelect={close}
                        >
                            {each.name}
                        </MenuLink>
                    ))}
                </div>
            ))}
            {groups.length === 0 && <p className="popup-note">{t("switcher.none")}</p>}
            {isAdministrator && (
                <>
                    <hr className="popup-line" />
                    <MenuLink to="/admin/projects" icon="settings" onSelect={close}>
                        {t("switcher.manage")}
                    </MenuLink>
                </>
            )}
        </>
    );
}
