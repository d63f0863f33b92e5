import { Card } from "../../design/Page";
import { CopyButton } from "../../design/Copy";
import { Notice, ProblemNotice } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { bytes, duration } from "../../lib/time";
import { AgentLink } from "../agents/status";
import { Figure, Shares } from "../overview/Figure";
import "../overview/overview.css";
import { Status } from "../services/status";
import type { ServiceTabProps } from "./ServicePage";

export function OverviewTab({ service, status }: ServiceTabProps) {
    const { t } = useTexts();
    const report = status.value?.report;
    return (
        <>
            {service.status !== "online" && service.statusReason !== "" && (
                <Notice kind={service.status === "offline" ? "bad" : "warn"}>
                    <div className="strong">{service.statusReason}</div>
                    <div className="soft">
                        {t("service.statusSince")} <Time at={service.statusSince} />
                    </div>
                </Notice>
            )}
            {status.problem !== undefined && <ProblemNotice problem={status.problem} onRetry={status.reload} />}
            {report !== undefined && <Counts service={service.id} project={service.projectId} status={status} />}
            <div className="halves">
                <Details service={service} />
                <System status={status} />
            </div>
        </>
    );
}

function Counts({ service, project, status }: { service: string; project: string; status: ServiceTabProps["status"] }) {
    const { t } = useTexts();
    const report = status.value?.report;
    if (report === undefined) return null;
    const drivers = report.drivers;
    const connected = drivers.filter((driver) => driver.running && driver.connected).length;
    const running = drivers.filter((driver) => driver.running).length;
    const rulesRunning = report.rules.filter((rule) => rule.running).length;
    const place = `/projects/${project}/services/${service}/drivers`;
    return (
        <section className="figures" aria-label={t("overview.counts")}>
            <Figure label={t("overview.drivers")} value={drivers.length} to={place}>
                <Shares
                    parts={[
                        { tone: "ok", label: t("drivers.connected"), value: connected },
                        { tone: "warn", label: t("drivers.abnormal"), value: running - connected },
                        { tone: "bad", label: t("drivers.stopped"), value: drivers.length - running },
                    ]}
                />
            </Figure>
            <Figure label={t("overview.rules")} value={report.rules.length} to={place}>
                <Shares
                    parts={[
                        { tone: "ok", label: t("rules.running"), value: rulesRunning },
                        { tone: "bad", label: t("rules.stopped"), value: report.rules.length - rulesRunning },
                    ]}
                />
            </Figure>
            <Figure label={t("overview.dataTags")} value={report.tags.used}>
                <Shares
                    parts={[
                        { tone: "accent", label: t("overview.tagsUsed"), value: report.tags.used },
                        {
                            tone: "unknown",
                            label: t("overview.tagsFree"),
                            value: Math.max(0, report.tags.allocated - report.tags.used),
                        },
                    ]}
                />
            </Figure>
        </section>
    );
}

function Details({ service }: Pick<ServiceTabProps, "service">) {
    const { t } = useTexts();
    return (
        <Card title={t("service.details")}>
            <dl className="facts">
                <dt>{t("services.column.status")}</dt>
                <dd className="row wrap">
                    <Status service={service} />{" "}
                    <span className="faint">
                        <Time at={service.statusSince} />
                    </span>
                </dd>
                <dt>{t("services.column.category")}</dt>
                <dd>{t(`category.${service.category}`)}</dd>
                <dt>{t("services.column.version")}</dt>
                <dd>{service.version ?? "–"}</dd>
                <dt>{t("services.column.endpoint")}</dt>
                <dd className="row">
                    <code className="break">{service.endpoint}</code>
                    <CopyButton text={service.endpoint} label={t("service.copyEndpoint")} />
                </dd>
                {service.healthPath !== null && (
                    <>
                        <dt>{t("addService.healthPath")}</dt>
                        <dd>
                            <code>{service.healthPath}</code>
                        </dd>
                    </>
                )}
                <dt>{t("services.column.mode")}</dt>
                <dd>{t(`mode.${service.mode}`)}</dd>
                {typeof service.image === "string" && (
                    <>
                        <dt>{t("image.word")}</dt>
                        <dd>
                            <code className="break">{service.image}</code>
                        </dd>
                    </>
                )}
                <dt>{t("services.column.connection")}</dt>
                <dd>
                    {typeof service.agentId === "string" ? (
                        <>
                            {t("agent.through")} <AgentLink of={service} />
                        </>
                    ) : (
                        t(`connection.${service.connection}`)
                    )}
                </dd>
                <dt>{t("auth.kind")}</dt>
                <dd>
                    {t(`auth.${service.auth.kind}`)}
                    {service.auth.username !== undefined && ` · ${service.auth.username}`}
                </dd>
                <dt>{t("services.column.id")}</dt>
                <dd className="row">
                    <code className="break">{service.id}</code>
                    <CopyButton text={service.id} label={t("services.copyId")} />
                </dd>
                <dt>{t("services.column.createdAt")}</dt>
                <dd>
                    <Time at={service.createdAt} />
                </dd>
                <dt>{t("common.description")}</dt>
                <dd>{service.description === "" ? <span className="faint">–</span> : service.description}</dd>
            </dl>
        </Card>
    );
}

function System({ status }: Pick<ServiceTabProps, "status">) {
    const { t } = useTexts();
    const { report, reportedAt } = status.value ?? {};
    const system = report?.system;
    return (
        <Card
            title={t("service.system")}
            actions={
                reportedAt !== undefined && (
                    <span className="faint small">
                        {t("service.reported")} <Time at={reportedAt} />
                    </span>
                )
            }
        >
            {system === undefined ? (
                <p className="faint">{t(status.isLoading ? "common.loading" : "service.noReport")}</p>
            ) : (
                <dl className="facts">
                    <dt>{t("service.os")}</dt>
                    <dd>{system.os ?? "–"}</dd>
                    <dt>{t("service.kernel")}</dt>
                    <dd>{system.kernel ?? "–"}</dd>
                    <dt>{t("service.architecture")}</dt>
                    <dd>{system.architecture ?? "–"}</dd>
                    <dt>{t("service.uptime")}</dt>
                    <dd>{system.uptime === undefined ? "–" : duration(system.uptime)}</dd>
                    <dt>{t("service.memory")}</dt>
                    <dd>
                        {system.memoryUsed === undefined ? "–" : bytes(system.memoryUsed)}
                        {system.memoryTotal !== undefined && ` / ${bytes(system.memoryTotal)}`}
                        {system.memoryUsed !== undefined && system.memoryTotal !== undefined && (
                            <progress
                                aria-label={t("service.memory")}
                                max={system.memoryTotal}
                                value={system.memoryUsed}
                            />
                        )}
                    </dd>
                </dl>
            )}
        </Card>
    );
}
