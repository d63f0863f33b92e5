import { useCallback, useState } from "react";
import type { ReactNode } from "react";
import { api, places } from "../../api/client";
import type { EdgeService, ServiceChange, ServiceStatusReport } from "../../api/types";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button } from "../../design/Button";
import { Confirm } from "../../design/Dialog";
import { Icon } from "../../design/icons";
import { Page, Tabs } from "../../design/Page";
import { MenuItem, Popup } from "../../design/Popup";
import { Loading, ProblemNotice, ProblemState, problemText } from "../../design/States";
import { Time } from "../../design/Time";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { useInterval, useProjectEvents, useThrottled } from "../../lib/projectEvents";
import { Link, useRouter } from "../../lib/router";
import { problemFrom, useResource, type Resource } from "../../lib/useResource";
import { Address } from "../agents/status";
import { batchPlace } from "../batches/words";
import { BatchDialog, type HostedAction } from "../install/BatchDialog";
import { DeleteDialog } from "../services/DeleteDialog";
import { Drift } from "../services/hosted";
import { InlineTags } from "../services/InlineTags";
import { Status } from "../services/status";
import { ActivityTab } from "./ActivityTab";
import { AuthenticationTab } from "./AuthenticationTab";
import { ContainerTab } from "./ContainerTab";
import { DriversTab } from "./DriversTab";
import { EditServiceDialog } from "./EditServiceDialog";
import { ExplorerTab } from "./ExplorerTab";
import { HostedMenu } from "./HostedMenu";
import { OverviewTab } from "./OverviewTab";
import { StatisticsTab } from "./StatisticsTab";
import "./service.css";

export interface ServiceTabProps {
    service: EdgeService;
    status: Resource<ServiceStatusReport>;
    mayEdit: boolean;
    onChange: (service: EdgeService) => void;
}

const tabs = ["overview", "container", "drivers", "statistics", "api", "authentication", "activity"] as const;
type TabName = (typeof tabs)[number];

/** Shortest time between two readings of a report because something changed. Milliseconds. */
const pace = 1500;
/** When it was last seen changes without an event. Milliseconds. */
const heartbeat = 20_000;

export function ServicePage({ project = "", service: id = "", tab = "overview" }: PlaceProps) {
    const service = useResource(id, (signal) => api.getService(id, signal));
    const status = useResource(`${id} status`, (signal) => api.getServiceStatus(id, signal));
    const { set, reload } = service;
    const refresh = useThrottled(status.reload, pace);
    const onChanges = (changes: ServiceChange[]) => {
        const mine = changes.filter((change) => change.id === id);
        const last = mine[mine.length - 1];
        if (last === undefined) return;
        if (last.service === undefined) reload();
        else set(() => last.service as EdgeService);
        refresh();
    };
    useProjectEvents(project, {
        onChanges,
        onResync: () => {
            reload();
            refresh();
        },
    });
    useInterval(() => {
        reload();
        status.reload();
    }, heartbeat);
    if (service.value === undefined) {
        return service.problem === undefined ? (
            <Loading />
        ) : (
            <ProblemState problem={service.problem} onRetry={reload} />
        );
    }
    return (
        <Loaded
            project={project}
            tab={tab}
            service={service as Resource<EdgeService> & { value: EdgeService }}
            status={status}
        />
    );
}

interface LoadedProps {
    project: string;
    tab: string;
    service: Resource<EdgeService> & { value: EdgeService };
    status: Resource<ServiceStatusReport>;
}

function Loaded({ project, tab, service, status }: LoadedProps) {
    const { t } = useTexts();
    const { may } = useSession();
    const { project: here } = useTenancy();
    const scope = { projectId: project, orgId: here?.orgId };
    const mayEdit = may("editServices", scope);
    const { value, set } = service;
    const onChange = useCallback((changed: EdgeService) => set(() => changed), [set]);
    const shown = tabs.filter(
        (name) =>
            (name !== "activity" || may("viewAudit", scope)) &&
            (name !== "authentication" || mayEdit) &&
            (name !== "container" || value.mode === "hosted"),
    );
    const current: TabName = shown.find((name) => name === tab) ?? "overview";
    const place = `/projects/${project}/services/${value.id}`;
    const props: ServiceTabProps = { service: value, status, mayEdit, onChange };
    const pages: Record<TabName, ReactNode> = {
        overview: <OverviewTab {...props} />,
        container: <ContainerTab {...props} />,
        drivers: <DriversTab {...props} />,
        statistics: <StatisticsTab {...props} />,
        api: <ExplorerTab {...props} />,
        authentication: <AuthenticationTab {...props} />,
        activity: <ActivityTab {...props} />,
    };
    return (
        <Page
            title={value.name}
            mark={
                <>
                    <Status service={value} isBadge />
                    <Drift service={value} to={`/projects/${project}/services/${value.id}/container`} />
                </>
            }
            lead={
                <div className="row wrap service-lead">
                    <Link to={`/projects/${project}/services`}>{t("nav.services")}</Link>
                    <span className="mono break">
                        <Address of={value} at={value.endpoint} />
                    </span>
                    {typeof value.hostId === "string" && (
                        <span>
                            {t("service.on")}{" "}
                            <Link to={`/projects/${project}/hosts/${value.hostId}`}>{value.hostName}</Link>
                        </span>
                    )}
                    <span>
                        {t("service.seen")} <Time at={value.lastSeen} otherwise={t("services.never")} />
                    </span>
                    <span className="service-tags">
                        <InlineTags service={value} mayEdit={mayEdit} onChange={onChange} most={5} />
                    </span>
                </div>
            }
            actions={
                <Actions service={value} project={project} mayEdit={mayEdit} onChange={onChange} status={status} />
            }
        >
            {service.problem !== undefined && <ProblemNotice problem={service.problem} onRetry={service.reload} />}
            <Tabs
                label={t("service.tabs")}
                tabs={shown.map((name) => ({
                    to: name === "overview" ? place : `${place}/${name}`,
                    label: t(`service.tab.${name}`),
                    isCurrent: name === current,
                }))}
            />
            {pages[current]}
        </Page>
    );
}

interface ActionsProps extends ServiceTabProps {
    project: string;
}

function Actions({ service, project, mayEdit, onChange, status }: ActionsProps) {
    const { t } = useTexts();
    const { go } = useRouter();
    const tell = useTell();
    const [asked, setAsked] = useState<"edit" | "delete" | HostedAction>();
    const [isProbing, setProbing] = useState(false);
    const isHosted = service.mode === "hosted";
    const probe = async () => {
        setProbing(true);
        try {
            const report = await api.probeService(service.id);
            status.set(() => report);
            status.reload();
            tell(t("service.probed", { status: t(`status.${report.status}`) }), { isBad: report.status !== "online" });
        } catch (error) {
            tell(problemText(problemFrom(error), t), { isBad: true });
        } finally {
            setProbing(false);
        }
    };
    return (
        <>
            <a className="button" href={places.openService(service.id)} target="_blank" rel="noopener noreferrer">
                <Icon name="external" />
                {t("service.open")}
            </a>
            {mayEdit && (
                <>
                    <Button icon="refresh" isBusy={isProbing} onClick={() => void probe()}>
                        {t("service.probe")}
                    </Button>
                    <Popup
                        label={t("common.actions")}
                        align="end"
                        trigger={(wired) => (
                            <button
                                type="button"
                                className="button icon-only"
                                aria-label={t("common.actions")}
                                title={t("common.actions")}
                                {...wired}
                            >
                                <Icon name="more" />
                            </button>
                        )}
                    >
                        {(close) => (
                            <>
                                {isHosted && (
                                    <>
                                        <HostedMenu
                                            service={service}
                                            onPick={(action) => {
                                                close();
                                                setAsked(action);
                                            }}
                                        />
                                        <hr className="popup-line" />
                                    </>
                                )}
                                <MenuItem
                                    icon="edit"
                                    onSelect={() => {
                                        close();
                                        setAsked("edit");
                                    }}
                                >
                                    {t("common.edit")}
                                </MenuItem>
                                <MenuItem
                                    icon="trash"
                                    isDanger
                                    onSelect={() => {
                                        close();
                                        setAsked("delete");
                                    }}
                                >
                                    {t("common.delete")}
                                </MenuItem>
                            </>
                        )}
                    </Popup>
                </>
            )}
            {asked === "edit" && (
                <EditServiceDialog service={service} onChange={onChange} onClose={() => setAsked(undefined)} />
            )}
            {asked !== undefined && asked !== "edit" && asked !== "delete" && (
                <BatchDialog
                    project={project}
                    kind={asked}
                    targets={() => ({ ids: [service.id] })}
                    count={1}
                    category={service.category}
                    onClose={() => setAsked(undefined)}
                />
            )}
            {asked === "delete" && isHosted && (
                <DeleteDialog
                    project={project}
                    targets={() => ({ ids: [service.id] })}
                    count={1}
                    name={service.name}
                    onClose={() => setAsked(undefined)}
                    onStarted={(batch) => go(batchPlace(batch), { replace: true })}
                />
            )}
            {asked === "delete" && !isHosted && (
                <Confirm
                    title={t("service.deleteTitle", { name: service.name })}
                    submit={t("service.deleteSubmit")}
                    typed={service.name}
                    onClose={() => setAsked(undefined)}
                    onConfirm={async () => {
                        await api.deleteService(service.id);
                        tell(t("service.deleted", { name: service.name }));
                        go(`/projects/${project}/services`, { replace: true });
                    }}
                >
                    {t("service.deleteText")}
                </Confirm>
            )}
        </>
    );
}
