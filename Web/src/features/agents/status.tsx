import type { EdgeAgent } from "../../api/agents";
import { Icon } from "../../design/icons";
import { useTexts, type MessageKey, type Translate } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { exactTime } from "../../lib/time";
import { agentPartsOf, agentPlace } from "./address";

type Condition = "online" | "offline" | "never" | "revoked";

const looks: Record<Condition, { mark: string; badge: string; word: MessageKey }> = {
    online: { mark: "ok", badge: "ok", word: "status.online" },
    offline: { mark: "bad", badge: "bad", word: "status.offline" },
    never: { mark: "hollow", badge: "", word: "agent.never" },
    revoked: { mark: "hollow", badge: "warn", word: "agent.revoked" },
};

function conditionOf(agent: EdgeAgent): Condition {
    if (agent.state === "revoked") return "revoked";
    if (agent.online) return "online";
    return agent.statusSince === null ? "never" : "offline";
}

/** Never by colour alone: the word and the mark's form say it too. */
export function AgentStatus({ agent, isBadge }: { agent: EdgeAgent; isBadge?: boolean }) {
    const { t, language } = useTexts();
    const look = looks[conditionOf(agent)];
    const since =
        agent.statusSince === null
            ? undefined
            : t("status.since", { time: exactTime(new Date(agent.statusSince), language) });
    return (
        <span className={isBadge === true ? `badge ${look.badge}` : "row nowrap"} title={since}>
            <span className={`dot ${look.mark}`} aria-hidden="true" />
            {t(look.word)}
        </span>
    );
}

/** What somebody should see to: something new that it offers, or a key that is used in two places. */
export function AgentMarks({ agent }: { agent: EdgeAgent }) {
    const { t } = useTexts();
    return (
        <>
            {agent.newOffers > 0 && agent.state === "managed" && (
                <span className="badge accent" title={t("agent.newOffersHint", { count: agent.newOffers })}>
                    {t("agent.newOffers", { count: agent.newOffers })}
                </span>
            )}
            {agent.clone !== null && (
                <span className="badge warn" title={t("agent.cloneHint", { address: agent.clone.address })}>
                    <Icon name="warning" size="s" />
                    {t("agent.cloned")}
                </span>
            )}
        </>
    );
}

export function latency(agent: EdgeAgent, t: Translate): string {
    const value = agent.latencyMilliseconds;
    if (value === null) return "–";
    return t("drivers.milliseconds", { value: value < 10 ? Math.round(value * 10) / 10 : Math.round(value) });
}

interface Reached {
    projectId: string;
    agentId?: string | null;
    agentName?: string | null;
}

/** Which agent something is reached through; nothing where it is reached directly. */
export function AgentLink({ of }: { of: Reached }) {
    if (typeof of.agentId !== "string") return null;
    return <Link to={agentPlace(of.projectId, of.agentId)}>{of.agentName ?? of.agentId}</Link>;
}

/** An address for people: of something behind an agent, the agent's name in place of its id. */
export function Address({ of, at }: { of: Reached; at: string }) {
    const parts = agentPartsOf(at);
    if (parts === undefined || typeof of.agentId !== "string") return <>{at}</>;
    return (
        <>
            <AgentLink of={of} /> / {parts.offer}
            {parts.port !== undefined && `:${parts.port}`}
        </>
    );
}
