import { useState } from "react";
import type { ReactNode } from "react";
import { api } from "../../api/client";
import type { EdgeHost, HostCheck } from "../../api/hosting";
import type { EdgeService } from "../../api/types";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button, LinkButton } from "../../design/Button";
import { DataTable, Pager } from "../../design/DataTable";
import { Icon } from "../../design/icons";
import { Card, Page } from "../../design/Page";
import { MenuItem, Popup } from "../../design/Popup";
import { Loading, Notice, ProblemNotice, ProblemState, problemText, State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { useInterval } from "../../lib/projectEvents";
import { Link, useRouter } from "../../lib/router";
import { bytes } from "../../lib/time";
import { usePages } from "../../lib/usePages";
import { problemFrom, useResource, type Resource } from "../../lib/useResource";
import { Address, AgentLink } from "../agents/status";
import { Drift, imageVersion } from "../services/hosted";
import { Status } from "../services/status";
import { DeleteHostDialog } from "./DeleteHostDialog";
import { HostCheckResult } from "./HostCheckResult";
import { HostDialog } from "./HostDialog";

/** As often as the platform itself asks nodes. Milliseconds. */
const pace = 10_000;
const limit = 50;

export function HostPage({ project = "", host: id = "" }: PlaceProps) {
    const { t } = useTexts();
    const { may } = useSession();
    const { project: here } = useTenancy();
    const mayEdit = may("editServices", { projectId: project, orgId: here?.orgId });
    const resource = useResource(`host ${id}`, (signal) => api.getHost(id, signal));
    const [check, setCheck] = useState<HostCheck>();
    const { value: host, problem, reload } = resource;
    useInterval(reload, pace);
    if (host === undefined) {
        return problem === undefined ? <Loading /> : <ProblemState problem={problem} onRetry={reload} />;
    }
    return (
        <Page
            title={host.name}
            mark={<Status service={host} isBadge />}
            lead={
                <div className="row wrap service-lead">
                    <Link to={`/projects/${project}/hosts`}>{t("nav.hosts")}</Link>
                    <span className="mono break">
                        <Address of={host} at={host.address} />
                    </span>
                </div>
            }
            actions={mayEdit && <Actions resource={resource} host={host} onCheck={setCheck} />}
        >
            {problem !== undefined && <ProblemNotice problem={problem} onRetry={reload} />}
            {check !== undefined && <HostCheckResult check={check} />}
            {check === undefined && host.status === "offline" && (
                <Notice kind="bad">
                    <div className="strong">{host.statusReason}</div>
                    <div className="soft">
                        {t("service.statusSince")} <Time at={host.statusSince} />
                    </div>
                </Notice>
            )}
            {host.warnings.map((warning) => (
                <Notice key={warning} kind="warn">
                    {warning}
                </Notice>
            ))}
            <div className="halves">
                <Details host={host} />
                <Engine host={host} />
            </div>
            <Services host={host} mayEdit={mayEdit} />
        </Page>
    );
}

interface ActionsProps {
    resource: Resource<EdgeHost>;
    host: EdgeHost;
    onCheck: (check: HostCheck | undefined) => void;
}

function Actions({ resource, host, onCheck }: ActionsProps) {
    const { t } = useTexts();
    const { go } = useRouter();
    const [asked, setAsked] = useState<"edit" | "delete">();
    const [isChecking, setChecking] = useState(false);
    const tell = useTell();
    const close = () => setAsked(undefined);
    const check = async () => {
        setChecking(true);
        try {
            onCheck(await api.checkHost(host.id));
            resource.reload();
        } catch (error) {
            tell(problemText(problemFrom(error), t), { isBad: true });
        } finally {
            setChecking(false);
        }
    };
    return (
        <>
            <Button icon="refresh" isBusy={isChecking} onClick={() => void check()}>
                {t("check.test")}
            </Button>
            <LinkButton kind="primary" icon="plus" to={`/projects/${host.projectId}/services/install?host=${host.id}`}>
                {t("host.installHere")}
            </LinkButton>
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
                {(closeMenu) => (
                    <>
                        <MenuItem
                            icon="edit"
                            onSelect={() => {
                                closeMenu();
                                setAsked("edit");
                            }}
                        >
                            {t("common.edit")}
                        </MenuItem>
                        <MenuItem
                            icon="trash"
                            isDanger
                            onSelect={() => {
                                closeMenu();
                                setAsked("delete");
                            }}
                        >
                            {t("common.delete")}
                        </MenuItem>
                    </>
                )}
            </Popup>
            {asked === "edit" && (
                <HostDialog
                    project={host.projectId}
                    host={host}
                    onClose={close}
                    onDone={(changed) => {
                        onCheck(undefined);
                        resource.set(() => changed);
                    }}
                />
            )}
            {asked === "delete" && (
                <DeleteHostDialog
                    host={host}
                    onClose={close}
                    onDone={() => go(`/projects/${host.projectId}/hosts`, { replace: true })}
                />
            )}
        </>
    );
}

function Details({ host }: { host: EdgeHost }) {
    const { t } = useTexts();
    const parts = [host.tls?.authority && t("host.tls.ca"), host.tls?.clientCertificate && t("host.tls.certificate")];
    const security: ReactNode = host.agentId ? (
        <>
            {t("agent.through")} <AgentLink of={host} />
        </>
    ) : host.tls ? (
        [t("host.tls"), ...parts.filter((part) => typeof part === "string")].join(" · ")
    ) : host.address.startsWith("unix:") ? (
        t("host.socket")
    ) : (
        t("host.unencrypted")
    );
    return (
        <Card title={t("service.details")}>
            <dl className="facts">
                <dt>{t("host.address")}</dt>
                <dd>
                    <code className="break">{host.address}</code>
                </dd>
                {!host.agentId && (
                    <>
                        <dt>{t("host.serviceAddress")}</dt>
                        <dd>
                            <code className="break">{host.serviceAddress}</code>
                        </dd>
                    </>
                )}
                <dt>{t("host.security")}</dt>
                <dd>{security}</dd>
                <dt>{t("services.column.createdAt")}</dt>
                <dd>
                    <Time at={host.createdAt} />
                </dd>
                <dt>{t("common.description")}</dt>
                <dd>{host.description === "" ? <span className="faint">–</span> : host.description}</dd>
            </dl>
        </Card>
    );
}

function Engine({ host }: { host: EdgeHost }) {
    const { t, n } = useTexts();
    const { engine } = host;
    return (
        <Card title={t("host.engine")}>
            {engine === null || engine === undefined ? (
                <p className="faint">{t("host.notSeen")}</p>
            ) : (
                <dl className="facts">
                    <dt>{t("services.column.version")}</dt>
                    <dd>{engine.version}</dd>
                    <dt>{t("service.os")}</dt>
                    <dd>{engine.operatingSystem}</dd>
                    <dt>{t("service.architecture")}</dt>
                    <dd>{engine.architecture}</dd>
                    <dt>{t("host.processors")}</dt>
                    <dd>{n(engine.cpus)}</dd>
                    <dt>{t("service.memory")}</dt>
                    <dd>{bytes(engine.memory)}</dd>
                </dl>
            )}
        </Card>
    );
}

function Services({ host, mayEdit }: { host: EdgeHost; mayEdit: boolean }) {
    const { t } = useTexts();
    const pages = usePages(`services of ${host.id}`, limit, (request, signal) =>
        api.listServices(host.projectId, { host: host.id }, "name", request, signal),
    );
    useInterval(pages.reload, pace);
    const place = `/projects/${host.projectId}/services`;
    return (
        <Card
            isFlush
            className="list-card"
            title={t("nav.services")}
            actions={pages.items.length > 0 && <Link to={`${place}?host=${host.id}`}>{t("host.showServices")}</Link>}
        >
            <DataTable<EdgeService>
                label={t("nav.services")}
                list={{ ...pages, isLoading: pages.isLoading && pages.value === undefined }}
                rowKey={(service) => service.id}
                empty={
                    <State
                        icon="services"
                        title={t("host.nothingOn")}
                        actions={
                            mayEdit && (
                                <LinkButton icon="plus" to={`${place}/install?host=${host.id}`}>
                                    {t("host.installHere")}
                                </LinkButton>
                            )
                        }
                    />
                }
                columns={[
                    {
                        id: "name",
                        title: t("services.column.name"),
                        className: "name-cell",
                        cell: (service) => (
                            <Link className="strong break" to={`${place}/${service.id}`}>
                                {service.name}
                            </Link>
                        ),
                    },
                    {
                        id: "status",
                        title: t("services.column.status"),
                        cell: (service) => (
                            <span className="row">
                                <Status service={service} />
                                <Drift service={service} />
                            </span>
                        ),
                    },
                    {
                        id: "image",
                        title: t("image.word"),
                        cell: (service) => (
                            <span className="mono" title={service.image ?? undefined}>
                                {imageVersion(service.image)}
                            </span>
                        ),
                    },
                    {
                        id: "endpoint",
                        title: t("services.column.endpoint"),
                        cell: (service) => (
                            <span className="mono endpoint ellipsis" title={service.endpoint}>
                                <Address of={service} at={service.endpoint} />
                            </span>
                        ),
                    },
                ]}
            />
            <Pager
                paging={pages.paging}
                limit={limit}
                count={pages.items.length}
                total={pages.total}
                isLoading={false}
            />
        </Card>
    );
}
