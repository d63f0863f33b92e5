import { useState } from "react";
import type { ReactNode } from "react";
import { api } from "../../api/client";
import type { ContainerInspection, ContainerState, Workload, WorkloadSettings } from "../../api/hosting";
import { useWatched } from "../../app/watched";
import { Button } from "../../design/Button";
import { CopyButton } from "../../design/Copy";
import { Card } from "../../design/Page";
import { Loading, Notice, ProblemNotice, ProblemState } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { useInterval } from "../../lib/projectEvents";
import { Link } from "../../lib/router";
import { bytes } from "../../lib/time";
import { useAction, useResource } from "../../lib/useResource";
import { sentence } from "../batches/words";
import { Logs } from "./Logs";
import type { ServiceTabProps } from "./ServicePage";

/** As often as the platform itself looks. Milliseconds. */
const pace = 10_000;

/** Of a hosted service: what its container is to be, what it is, and what it writes. */
export function ContainerTab({ service, mayEdit }: ServiceTabProps) {
    const { t } = useTexts();
    const repairing = useAction();
    const { watch } = useWatched();
    const resource = useResource(`workload ${service.id}`, (signal) => api.getWorkload(service.id, signal));
    const { value: workload, problem, reload } = resource;
    useInterval(reload, pace);
    if (workload === undefined) {
        return problem === undefined ? <Loading /> : <ProblemState problem={problem} onRetry={reload} />;
    }
    const drift = workload.drift ?? service.drift;
    const repair = () =>
        void repairing.run(async () =>
            watch(await api.createBatch(service.projectId, { kind: "repair", targets: { ids: [service.id] } })),
        );
    return (
        <>
            {problem !== undefined && <ProblemNotice problem={problem} onRetry={reload} />}
            {repairing.problem !== undefined && <ProblemNotice problem={repairing.problem} />}
            {typeof drift === "string" && (
                <Notice kind="warn">
                    <div className="row wrap apart">
                        <div className="grow">
                            <div className="strong">{t("container.drifted")}</div>
                            <div>{sentence(drift)}</div>
                        </div>
                        {mayEdit && (
                            <Button icon="undo" isBusy={repairing.isRunning} onClick={repair}>
                                {t("action.repair")}
                            </Button>
                        )}
                    </div>
                </Notice>
            )}
            <div className="halves">
                <Asked workload={workload} project={service.projectId} />
                <Seen container={workload.container ?? undefined} service={service.id} />
            </div>
            <Logs service={service} />
        </>
    );
}

function Asked({ workload, project }: { workload: Workload; project: string }) {
    const { t } = useTexts();
    return (
        <Card title={t("container.asked")}>
            <dl className="facts">
                <dt>{t("image.word")}</dt>
                <dd>
                    <code className="break">{workload.image}</code>
                </dd>
                <dt>{t("image.digest")}</dt>
                <dd className="row">
                    {typeof workload.digest === "string" ? (
                        <>
                            <code className="ellipsis small">{workload.digest}</code>
                            <CopyButton text={workload.digest} label={t("image.copyDigest")} />
                        </>
                    ) : (
                        <span className="faint">–</span>
                    )}
                </dd>
                <dt>{t("container.desired")}</dt>
                <dd>{t(`container.desired.${workload.desired}`)}</dd>
                <dt>{t("host.word")}</dt>
                <dd>
                    <Link to={`/projects/${project}/hosts/${workload.hostId}`}>{workload.hostName}</Link>
                </dd>
                <Settings settings={workload.settings} />
            </dl>
        </Card>
    );
}

function Seen({ container, service }: { container: ContainerState | undefined; service: string }) {
    const { t, n } = useTexts();
    const [inspection, setInspection] = useState<ContainerInspection>();
    const asking = useAction();
    const state = inspection?.state ?? container;
    return (
        <Card
            title={t("container.seen")}
            actions={
                <Button
                    size="small"
                    icon="search"
                    isBusy={asking.isRunning}
                    onClick={() => void asking.run(async () => setInspection(await api.inspectContainer(service)))}
                >
                    {t("container.inspect")}
                </Button>
            }
        >
            {asking.problem !== undefined && <ProblemNotice problem={asking.problem} />}
            {state === undefined ? (
                <p className="faint">{t("container.none")}</p>
            ) : (
                <dl className="facts">
                    <dt>{t("batches.state")}</dt>
                    <dd className="row">
                        <span className={`dot ${state.state === "running" ? "ok" : "bad"}`} aria-hidden="true" />
                        {t(`container.state.${state.state}`)}
                        {typeof state.exitCode === "number" && state.state !== "running" && (
                            <span className="faint">{t("container.exitCode", { code: state.exitCode })}</span>
                        )}
                    </dd>
                    <dt>{t("container.started")}</dt>
                    <dd>
                        <Time at={state.startedAt} />
                    </dd>
                    <dt>{t("container.restarts")}</dt>
                    <dd>{n(state.restarts)}</dd>
                    <dt>{t("services.column.id")}</dt>
                    <dd className="row">
                        <code className="small">{state.id.slice(0, 12)}</code>
                        <CopyButton text={state.id} label={t("services.copyId")} />
                    </dd>
                    <dt>{t("container.seenAt")}</dt>
                    <dd>
                        <Time at={state.seenAt} />
                    </dd>
                    {inspection !== undefined && <Inspected inspection={inspection} />}
                </dl>
            )}
        </Card>
    );
}

function Inspected({ inspection }: { inspection: ContainerInspection }) {
    const { t } = useTexts();
    return (
        <>
            <dt>{t("common.name")}</dt>
            <dd>
                <code className="break">{inspection.name}</code>
            </dd>
            <Several label={t("settings.ports")} of={inspection.ports.map(portText)} />
            <Several label={t("container.mounts")} of={inspection.mounts.map((each) => mountText(each, t))} />
            <Several label={t("container.networks")} of={inspection.networks} />
            <Several label={t("container.variables")} of={inspection.environment} />
            {typeof inspection.health === "string" && (
                <>
                    <dt>{t("container.health")}</dt>
                    <dd>{inspection.health}</dd>
                </>
            )}
        </>
    );
}

type Port = ContainerInspection["ports"][number];
type Mount = ContainerInspection["mounts"][number];

const portText = (port: Port) => `${port.host ?? "?"} → ${port.container}/${port.protocol}`;
const mountText = (mount: Mount, t: ReturnType<typeof useTexts>["t"]) =>
    `${mount.source} → ${mount.target}${mount.readOnly ? ` (${t("settings.readOnly")})` : ""}`;

function Several({ label, of }: { label: string; of: readonly string[] }) {
    if (of.length === 0) return null;
    return (
        <>
            <dt>{label}</dt>
            <dd>
                {of.map((each) => (
                    <div key={each}>
                        <code className="break">{each}</code>
                    </div>
                ))}
            </dd>
        </>
    );
}

/** How it is run, complete. */
function Settings({ settings }: { settings: WorkloadSettings }) {
    const { t, n } = useTexts();
    const line = (label: string, value: ReactNode) => (
        <>
            <dt>{label}</dt>
            <dd>{value}</dd>
        </>
    );
    const none = <span className="faint">{t("container.unlimited")}</span>;
    return (
        <>
            <Several label={t("settings.ports")} of={(settings.ports ?? []).map(portText)} />
            <Several
                label={t("settings.environment")}
                of={Object.entries(settings.environment ?? {}).map(([name, value]) => `${name}=${value}`)}
            />
            <Several label={t("settings.volumes")} of={(settings.volumes ?? []).map((each) => mountText(each, t))} />
            <Several
                label={t("settings.devices")}
                of={(settings.devices ?? []).map((each) => `${each.host} → ${each.container} ${each.permissions}`)}
            />
            {line(t("host.processors"), typeof settings.cpus === "number" ? n(settings.cpus) : none)}
            {line(t("service.memory"), typeof settings.memory === "number" ? bytes(settings.memory) : none)}
            {line(t("settings.restart"), settings.restart ? t(`restart.${settings.restart}`) : "–")}
            {settings.logs &&
                line(
                    t("settings.logLimit"),
                    t("container.logLimit", { size: settings.logs.maxSize, count: settings.logs.maxFiles }),
                )}
            {line(t("settings.privileged"), t(settings.privileged === true ? "common.on" : "common.off"))}
        </>
    );
}
