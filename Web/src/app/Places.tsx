// Every place of the console and its page. Pages that are not seen first are loaded when they are.
import { lazy, useEffect } from "react";
import type { ComponentType, LazyExoticComponent } from "react";
import { LinkButton } from "../design/Button";
import { Page } from "../design/Page";
import { State } from "../design/States";
import { OverviewPage } from "../features/overview/OverviewPage";
import { ServicesPage } from "../features/services/ServicesPage";
import { useTexts } from "../i18n/i18n";
import { match, useRouter } from "../lib/router";
import { useSession } from "./session";
import { useTenancy } from "./tenancy";

/** The parts of a place's path that say of what it is. */
export interface PlaceProps {
    project?: string;
    service?: string;
    batch?: string;
    host?: string;
    agent?: string;
    org?: string;
    tab?: string;
}

type PageComponent = ComponentType<PlaceProps> | LazyExoticComponent<ComponentType<PlaceProps>>;

function later<Name extends string>(load: () => Promise<Record<Name, ComponentType<PlaceProps>>>, name: Name) {
    return lazy(() => load().then((module) => ({ default: module[name] })));
}

const add = () => import("../features/add-services/pages");
const service = later(() => import("../features/service/ServicePage"), "ServicePage");
const profile = later(() => import("../features/profile/ProfilePage"), "ProfilePage");
const batches = () => import("../features/batches/pages");
const hosts = () => import("../features/hosts/pages");
const agentPages = () => import("../features/agents/pages");
const agents = later(agentPages, "AgentsPage");
const agent = later(agentPages, "AgentPage");
const images = later(() => import("../features/images/pages"), "ImagesPage");
const install = later(() => import("../features/install/pages"), "InstallPage");
const admin = () => import("../features/admin/pages");

interface ConsolePlace {
    pattern: string;
    page: PageComponent;
    /** Of a page that stands beside the pages of single things. */
    tab?: string;
    /** Nobody else is told that the place exists. */
    needs?: "administrator";
}

const places: readonly ConsolePlace[] = [
    { pattern: "/projects/:project/overview", page: OverviewPage },
    { pattern: "/projects/:project/services", page: ServicesPage },
    { pattern: "/projects/:project/services/add", page: later(add, "AddServicePage") },
    { pattern: "/projects/:project/services/import", page: later(add, "ImportServicesPage") },
    { pattern: "/projects/:project/services/install", page: install },
    { pattern: "/projects/:project/services/:service", page: service },
    { pattern: "/projects/:project/services/:service/:tab", page: service },
    { pattern: "/projects/:project/hosts", page: later(hosts, "HostsPage") },
    { pattern: "/projects/:project/hosts/:host", page: later(hosts, "HostPage") },
    { pattern: "/projects/:project/agents", page: agents },
    { pattern: "/projects/:project/agents/tokens", page: agents, tab: "tokens" },
    { pattern: "/projects/:project/agents/unmanaged", page: agents, tab: "unmanaged" },
    { pattern: "/projects/:project/agents/:agent", page: agent },
    { pattern: "/projects/:project/agents/:agent/:tab", page: agent },
    { pattern: "/projects/:project/batches", page: later(batches, "BatchesPage") },
    { pattern: "/projects/:project/batches/:batch", page: later(batches, "BatchPage") },
    { pattern: "/projects/:project/tags", page: later(() => import("../features/tags/TagsPage"), "TagsPage") },
    { pattern: "/welcome", page: later(() => import("../features/welcome/WelcomePage"), "WelcomePage") },
    { pattern: "/profile", page: profile },
    { pattern: "/profile/:tab", page: profile },
    { pattern: "/admin/organizations", page: later(admin, "OrganizationsPage"), needs: "administrator" },
    { pattern: "/admin/organizations/:org", page: later(admin, "OrganizationPage"), needs: "administrator" },
    { pattern: "/admin/projects", page: later(admin, "ProjectsPage"), needs: "administrator" },
    { pattern: "/admin/projects/:project", page: later(admin, "ProjectPage"), needs: "administrator" },
    { pattern: "/admin/images", page: images, needs: "administrator" },
    { pattern: "/admin/images/:tab", page: images, needs: "administrator" },
    { pattern: "/admin/users", page: later(admin, "UsersPage"), needs: "administrator" },
    { pattern: "/admin/audit", page: later(admin, "AuditPage"), needs: "administrator" },
    { pattern: "/admin/settings", page: later(admin, "SettingsPage"), needs: "administrator" },
];

export function Places() {
    const { path } = useRouter();
    const { isAdministrator } = useSession();
    if (path === "/" || path === "/sign-in") return <Start />;
    for (const place of places) {
        const found: PlaceProps | undefined = match(place.pattern, path);
        if (found === undefined) continue;
        if (place.needs !== undefined && !isAdministrator) break;
        // Another project is another page, with nothing of the last one in it.
        return <place.page key={found.project} tab={place.tab} {...found} />;
    }
    return <NotFound />;
}

/** Where one begins: the project last worked in, or the guide when there is none. */
function Start() {
    const { go } = useRouter();
    const { project } = useTenancy();
    useEffect(() => {
        go(project === undefined ? "/welcome" : `/projects/${project.id}/overview`, { replace: true });
    }, [go, project]);
    return null;
}

function NotFound() {
    const { t } = useTexts();
    return (
        <Page title={t("app.notFound")}>
            <State
                icon="search"
                title={t("app.notFoundTitle")}
                actions={<LinkButton to="/">{t("app.home")}</LinkButton>}
            >
                {t("app.notFoundHint")}
            </State>
        </Page>
    );
}
