import { api } from "../../api/client";
import type { Overview } from "../../api/types";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { LinkButton } from "../../design/Button";
import { Card, Page } from "../../design/Page";
import { ProblemNotice, ProblemState, State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useProjectEvents, useThrottled, type LiveState } from "../../lib/projectEvents";
import { useResource } from "../../lib/useResource";
import { useAgentCounts } from "../agents/useAgents";
import { Attention } from "./Attention";
import { DriverSide } from "./DriverSide";
import { Figure, Shares } from "./Figure";
import { Trouble, useTrouble } from "./Trouble";
import "./overview.css";

/** Shortest time between two readings while things change. Milliseconds. */
const pace = 2000;

export function OverviewPage({ project = "" }: PlaceProps) {
    const { t } = useTexts();
    const tenancy = useTenancy();
    const { may } = useSession();
    const overview = useResource(project, (signal) => api.getOverview(project, signal));
    const attention = useAttention(project);
    const trouble = useTrouble(project);
    const agents = useAgentCounts(project);
    const refresh = useThrottled(() => {
        overview.reload();
        attention.reload();
        trouble.forEach((list) => list.resource.reload());
    }, pace);
    const refreshAgents = useThrottled(agents.reload, pace);
    const live = useProjectEvents(project, {
        onChanges: refresh,
        onAgents: refreshAgents,
        onResync: () => {
            refresh();
            refreshAgents();
        },
    });
    const { value } = overview;
    const scope = { projectId: project, orgId: tenancy.project?.orgId };

    return (
        <Page
            title={tenancy.projectName(project) || t("overview.title")}
            mark={<LiveMark state={live} />}
            lead={t("overview.lead")}
            actions={
                may("editServices", scope) && (
                    <LinkButton to={`/projects/${project}/services/add`} kind="primary" icon="plus">
                        {t("services.add")}
                    </LinkButton>
                )
            }
        >
            {value === undefined && overview.problem !== undefined && (
                <Card>
                    <ProblemState problem={overview.problem} onRetry={overview.reload} />
                </Card>
            )}
            {value !== undefined && overview.problem !== undefined && (
                <ProblemNotice problem={overview.problem} onRetry={overview.reload} />
            )}
            {value?.services.total === 0 ? (
                <NoServices project={project} mayAdd={may("editServices", scope)} />
            ) : (
                (value !== undefined || overview.problem === undefined) && (
                    <>
                        <Figures project={project} overview={value} agents={agents} />
                        <Attention project={project} attention={attention} overview={value} />
                        <section className="thirds">
                            {trouble.map((list) => (
                                <Trouble key={list.title} project={project} list={list} />
                            ))}
                        </section>
                    </>
                )
            )}
        </Page>
    );
}

function useAttention(project: string) {
    return useResource(`${project} attention`, async (signal) => {
        const worst = await Promise.all(
            (["offline", "unknown"] as const).map((status) =>
                api.listServices(project, { status }, "statusSince", { limit: 8 }, signal),
            ),
        );
        return worst.flatMap((page) => page.items).slice(0, 8);
    });
}
export type AttentionResource = ReturnType<typeof useAttention>;

function LiveMark({ state }: { state: LiveState }) {
    const { t } = useTexts();
    const tone = state === "live" ? "ok" : state === "lost" ? "warn" : "hollow";
    return (
        <span className="badge" role="status" title={t(`live.${state}Hint`)}>
            <span className={`dot ${tone}`} aria-hidden="true" />
            {t(`live.${state}`)}
        </span>
    );
}

interface FiguresProps {
    project: string;
    overview: Overview | undefined;
    agents: ReturnType<typeof useAgentCounts>;
}

function Figures({ project, overview, agents }: FiguresProps) {
    const { t } = useTexts();
    const services = `/projects/${project}/services`;
    const o = overview;
    return (
        <>
            <section
                className={agents.hasAgents ? "figures many" : "figures"}
                aria-label={t("overview.counts")}
                aria-busy={o === undefined}
            >
                <Figure label={t("overview.services")} value={o?.services.total} to={services}>
                    <Shares
                        parts={[
                            {
                                tone: "ok",
                                label: t("status.online"),
                                value: o?.services.online,
                                to: `${services}?status=online`,
                            },
                            {
                                tone: "bad",
                                label: t("status.offline"),
                                value: o?.services.offline,
                                to: `${services}?status=offline`,
                            },
                            {
                                tone: "unknown",
                                label: t("status.unknown"),
                                value: o?.services.unknown,
                                to: `${services}?status=unknown`,
                            },
                        ]}
                    />
                </Figure>
                {agents.hasAgents && <Agents project={project} counts={agents.value} />}
                <Figure label={t("overview.drivers")} value={o?.drivers.total}>
                    <Shares
                        parts={[
                            { tone: "ok", label: t("drivers.connected"), value: o?.drivers.connected },
                            { tone: "warn", label: t("drivers.abnormal"), value: o?.drivers.abnormal },
                            {
                                tone: "bad",
                                label: t("drivers.stopped"),
                                value: o && o.drivers.total - o.drivers.running,
                            },
                        ]}
                    />
                </Figure>
                <Figure label={t("overview.rules")} value={o?.rules.total}>
                    <Shares
                        parts={[
                            { tone: "ok", label: t("rules.running"), value: o?.rules.running },
                            { tone: "bad", label: t("rules.stopped"), value: o?.rules.stopped },
                        ]}
                    />
                </Figure>
                <Figure label={t("overview.dataTags")} value={o?.tags.used}>
                    <Shares
                        parts={[
                            { tone: "accent", label: t("overview.tagsUsed"), value: o?.tags.used },
                            {
                                tone: "unknown",
                                label: t("overview.tagsFree"),
                                value: o && Math.max(0, o.tags.allocated - o.tags.used),
                            },
                        ]}
                    />
                </Figure>
                <Figure label={t("overview.members")} value={o?.members}>
                    <p className="faint small">{t("overview.membersHint")}</p>
                </Figure>
            </section>
            <section className="halves">
                <DriverSide side="south" counts={o?.drivers.south} />
                <DriverSide side="north" counts={o?.drivers.north} />
            </section>
        </>
    );
}

interface AgentsProps {
    project: string;
    counts: FiguresProps["agents"]["value"];
}

function Agents({ project, counts }: AgentsProps) {
    const { t } = useTexts();
    const place = `/projects/${project}/agents`;
    return (
        <Figure label={t("nav.agents")} value={counts?.total} to={place}>
            <Shares
                parts={[
                    { tone: "ok", label: t("status.online"), value: counts?.online, to: `${place}?online=true` },
                    { tone: "bad", label: t("status.offline"), value: counts?.offline, to: `${place}?online=false` },
                ]}
            />
        </Figure>
    );
}

function NoServices({ project, mayAdd }: { project: string; mayAdd: boolean }) {
    const { t } = useTexts();
    return (
        <Card>
            <State
                icon="services"
                title={t("services.none")}
                actions={
                    mayAdd && (
                        <>
                            <LinkButton to={`/projects/${project}/services/add`} kind="primary" icon="plus">
                                {t("services.add")}
                            </LinkButton>
                            <LinkButton to={`/projects/${project}/services/import`} icon="upload">
                                {t("services.import")}
                            </LinkButton>
                        </>
                    )
                }
            >
                {mayAdd ? t("services.noneHint") : t("services.noneHintUser")}
            </State>
        </Card>
    );
}
