import type { ReactNode } from "react";
import type { AgentOffer, EdgeAgent } from "../../api/agents";
import { api } from "../../api/client";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Page, Tabs } from "../../design/Page";
import { Loading, ProblemNotice, ProblemState } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { useInterval, useProjectEvents, useThrottled } from "../../lib/projectEvents";
import { Link } from "../../lib/router";
import { useResource, type Resource } from "../../lib/useResource";
import { Activity } from "../audit/Activity";
import { agentPlace } from "./address";
import { AgentActions } from "./AgentActions";
import { AgentFacts } from "./AgentFacts";
import { AgentNotices } from "./AgentNotices";
import { AgentServices } from "./AgentServices";
import { OffersTab } from "./OffersTab";
import { AgentStatus } from "./status";
import "./agents.css";

const tabs = ["offers", "services", "activity"] as const;
type TabName = (typeof tabs)[number];

/** Shortest time between two readings because something changed. Milliseconds. */
const pace = 1000;
/** Latency and bytes change without an event. Milliseconds. */
const heartbeat = 10_000;

export function AgentPage({ project = "", agent: id = "", tab = "offers" }: PlaceProps) {
    const agent = useResource(`agent ${id}`, (signal) => api.getAgent(id, signal));
    const offers = useResource(`offers of ${id}`, (signal) => api.listAgentOffers(id, signal));
    const reload = () => {
        agent.reload();
        offers.reload();
    };
    const soon = useThrottled(reload, pace);
    useProjectEvents(project, {
        onAgents: (changes) => {
            if (changes.some((change) => change.id === id)) soon();
        },
        onResync: soon,
    });
    useInterval(reload, heartbeat);
    if (agent.value === undefined) {
        return agent.problem === undefined ? <Loading /> : <ProblemState problem={agent.problem} onRetry={reload} />;
    }
    return (
        <Loaded project={project} tab={tab} resource={agent} agent={agent.value} offers={offers} onChange={reload} />
    );
}

interface LoadedProps {
    project: string;
    tab: string;
    resource: Resource<EdgeAgent>;
    agent: EdgeAgent;
    offers: Resource<{ items: AgentOffer[] }>;
    onChange: () => void;
}

function Loaded({ project, tab, resource, agent, offers, onChange }: LoadedProps) {
    const { t } = useTexts();
    const { may } = useSession();
    const { project: here } = useTenancy();
    const scope = { projectId: project, orgId: here?.orgId };
    const mayEdit = may("editServices", scope);
    const shown = tabs.filter((name) => name !== "activity" || may("viewAudit", scope));
    const current: TabName = shown.find((name) => name === tab) ?? "offers";
    const place = agentPlace(project, agent.id);
    const set = (changed: EdgeAgent) => resource.set(() => changed);
    const pages: Record<TabName, ReactNode> = {
        offers: <OffersTab agent={agent} offers={offers} mayEdit={mayEdit} onChange={onChange} />,
        services: <AgentServices agent={agent} />,
        activity: <Activity target={agent.id} project={project} none={t("agent.noActivity")} />,
    };
    return (
        <Page
            title={agent.name}
            mark={<AgentStatus agent={agent} isBadge />}
            lead={
                <div className="row wrap service-lead">
                    <Link to={`/projects/${project}/agents`}>{t("nav.agents")}</Link>
                    {agent.address !== "" && <span className="mono break">{agent.address}</span>}
                    <span>
                        {t("service.seen")} <Time at={agent.lastSeen} otherwise={t("services.never")} />
                    </span>
                </div>
            }
            actions={mayEdit && <AgentActions agent={agent} onChange={set} />}
        >
            {resource.problem !== undefined && <ProblemNotice problem={resource.problem} onRetry={resource.reload} />}
            <AgentNotices agent={agent} mayEdit={mayEdit} onChange={set} />
            <div className="batch-columns">
                <div className="stack">
                    <Tabs
                        label={t("agent.about")}
                        tabs={shown.map((name) => ({
                            to: name === "offers" ? place : `${place}/${name}`,
                            label: t(`agent.tab.${name}`),
                            isCurrent: name === current,
                        }))}
                    />
                    {pages[current]}
                </div>
                <AgentFacts agent={agent} />
            </div>
        </Page>
    );
}
