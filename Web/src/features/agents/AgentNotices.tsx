import type { EdgeAgent } from "../../api/agents";
import { api } from "../../api/client";
import { Button } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { useAction } from "../../lib/useResource";

const commands = { status: "edgewright-agent status", log: "journalctl -u edgewright-agent" } as const;

interface AgentNoticesProps {
    agent: EdgeAgent;
    mayEdit: boolean;
    onChange: (agent: EdgeAgent) => void;
}

/** What is wrong with an agent, and what can be done about it. */
export function AgentNotices(props: AgentNoticesProps) {
    const { agent } = props;
    return (
        <>
            {agent.clone !== null && <Cloned {...props} clone={agent.clone} />}
            {agent.state === "revoked" ? <Revoked {...props} /> : !agent.online && <Offline agent={agent} />}
        </>
    );
}

function Cloned({ agent, mayEdit, onChange, clone }: AgentNoticesProps & { clone: NonNullable<EdgeAgent["clone"]> }) {
    const { t } = useTexts();
    const dismissing = useAction();
    const dismiss = () =>
        void dismissing.run(async () => {
            await api.dismissAgentClone(agent.id);
            onChange({ ...agent, clone: null });
        });
    return (
        <Notice kind="warn">
            <div className="stack tight">
                <div>
                    <div className="strong">{t("agent.clonedTitle")}</div>
                    {t("agent.clonedText", { address: clone.address })} <Time at={clone.seenAt} />
                </div>
                {mayEdit && (
                    <>
                        <ol className="steps">
                            <li>{t("agent.clonedCopy")}</li>
                            <li>{t("agent.clonedStolen")}</li>
                        </ol>
                        {dismissing.problem !== undefined && <ProblemNotice problem={dismissing.problem} />}
                        <div>
                            <Button size="small" isBusy={dismissing.isRunning} onClick={dismiss}>
                                {t("agent.dismiss")}
                            </Button>
                        </div>
                    </>
                )}
            </div>
        </Notice>
    );
}

function Revoked({ agent, mayEdit, onChange }: AgentNoticesProps) {
    const { t } = useTexts();
    const restoring = useAction();
    return (
        <Notice kind="bad">
            <div className="stack tight">
                <div>
                    <div className="strong">{t("agent.revokedTitle")}</div>
                    {t("agent.revokedText")}
                </div>
                {restoring.problem !== undefined && <ProblemNotice problem={restoring.problem} />}
                {mayEdit && (
                    <div>
                        <Button
                            size="small"
                            isBusy={restoring.isRunning}
                            onClick={() => void restoring.run(async () => onChange(await api.restoreAgent(agent.id)))}
                        >
                            {t("agent.restore")}
                        </Button>
                    </div>
                )}
            </div>
        </Notice>
    );
}

function Offline({ agent }: { agent: EdgeAgent }) {
    const { t } = useTexts();
    return (
        <Notice kind="bad">
            <div className="stack tight">
                <div className="strong">
                    {t(agent.statusSince === null ? "agent.neverTitle" : "agent.offlineTitle")}{" "}
                    <Time at={agent.statusSince} otherwise="" />
                </div>
                <ol className="steps">
                    <li>
                        {t("agent.checkRuns")} <code>{commands.status}</code>
                    </li>
                    <li>
                        {t("agent.checkReaches")} <code className="break">{window.location.origin}</code>
                    </li>
                    <li>
                        {t("agent.checkLog")} <code>{commands.log}</code>
                    </li>
                </ol>
            </div>
        </Notice>
    );
}
