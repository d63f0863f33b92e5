import type { EdgeAgent } from "../../api/agents";
import { api } from "../../api/client";
import type { EdgeService } from "../../api/types";
import { LinkButton } from "../../design/Button";
import { DataTable, Pager } from "../../design/DataTable";
import { Card } from "../../design/Page";
import { State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useInterval } from "../../lib/projectEvents";
import { Link } from "../../lib/router";
import { usePages } from "../../lib/usePages";
import { Status } from "../services/status";
import { agentPartsOf, agentPlace } from "./address";

const limit = 50;
/** Milliseconds. */
const pace = 10_000;

/** The services that are reached through an agent. */
export function AgentServices({ agent }: { agent: EdgeAgent }) {
    const { t } = useTexts();
    const project = agent.projectId ?? "";
    const pages = usePages(`services of agent ${agent.id}`, limit, (request, signal) =>
        api.listServices(project, { agent: agent.id }, "name", request, signal),
    );
    useInterval(pages.reload, pace);
    const place = `/projects/${project}/services`;
    return (
        <Card
            isFlush
            className="list-card"
            title={t("nav.services")}
            actions={pages.items.length > 0 && <Link to={`${place}?agent=${agent.id}`}>{t("host.showServices")}</Link>}
        >
            <DataTable<EdgeService>
                label={t("nav.services")}
                list={{ ...pages, isLoading: pages.isLoading && pages.value === undefined }}
                rowKey={(service) => service.id}
                empty={
                    <State
                        icon="services"
                        title={t("agent.nothingBehind")}
                        actions={<LinkButton to={agentPlace(project, agent.id)}>{t("agent.tab.offers")}</LinkButton>}
                    >
                        {t("agent.nothingBehindHint")}
                    </State>
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
                        cell: (service) => <Status service={service} />,
                    },
                    {
                        id: "category",
                        title: t("services.column.category"),
                        cell: (service) => <span className="nowrap">{t(`category.${service.category}`)}</span>,
                    },
                    {
                        id: "version",
                        title: t("services.column.version"),
                        cell: (service) => <span className="number nowrap">{service.version ?? "–"}</span>,
                    },
                    {
                        id: "offer",
                        title: t("offer.word"),
                        cell: (service) => <code>{agentPartsOf(service.endpoint)?.offer ?? "–"}</code>,
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
