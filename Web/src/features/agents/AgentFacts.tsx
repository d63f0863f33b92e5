import type { EdgeAgent } from "../../api/agents";
import { CopyButton } from "../../design/Copy";
import { Card } from "../../design/Page";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { bytes } from "../../lib/time";
import { AgentStatus, latency } from "./status";

export function AgentFacts({ agent }: { agent: EdgeAgent }) {
    const { t, n } = useTexts();
    const known = (text: string) => (text === "" ? <span className="faint">–</span> : text);
    return (
        <Card title={t("service.details")}>
            <dl className="facts">
                <dt>{t("services.column.status")}</dt>
                <dd className="row wrap">
                    <AgentStatus agent={agent} />
                    <span className="faint">
                        <Time at={agent.statusSince} otherwise="" />
                    </span>
                </dd>
                <dt>{t("agent.address")}</dt>
                <dd>
                    <span className="mono">{known(agent.address)}</span>
                </dd>
                <dt>{t("services.column.version")}</dt>
                <dd>{known(agent.version)}</dd>
                <dt>{t("service.system")}</dt>
                <dd>{known(agent.system)}</dd>
                <dt>{t("agent.latency")}</dt>
                <dd className="number">{latency(agent, t)}</dd>
                <dt>{t("agent.connections")}</dt>
                <dd className="number">{n(agent.connections)}</dd>
                <dt>{t("agent.received")}</dt>
                <dd className="number">{bytes(agent.bytesReceived)}</dd>
                <dt>{t("agent.sent")}</dt>
                <dd className="number">{bytes(agent.bytesSent)}</dd>
                <dt>{t("nav.services")}</dt>
                <dd>
                    <Link className="number" to={`/projects/${agent.projectId ?? ""}/services?agent=${agent.id}`}>
                        {n(agent.services)}
                    </Link>
                </dd>
                <dt>{t("nav.hosts")}</dt>
                <dd className="number">{n(agent.hosts)}</dd>
                <dt>{t("agent.fingerprint")}</dt>
                <dd className="row">
                    <code className="break">{agent.fingerprint}</code>
                    <CopyButton text={agent.fingerprint} label={t("agent.copyFingerprint")} />
                </dd>
                <dt>{t("services.column.id")}</dt>
                <dd className="row">
                    <code className="break">{agent.id}</code>
                    <CopyButton text={agent.id} label={t("services.copyId")} />
                </dd>
                <dt>{t("services.column.createdAt")}</dt>
                <dd>
                    <Time at={agent.createdAt} />
                </dd>
                <dt>{t("common.description")}</dt>
                <dd>{known(agent.description)}</dd>
            </dl>
        </Card>
    );
}
