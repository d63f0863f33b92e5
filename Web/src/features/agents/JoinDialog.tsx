import { useState } from "react";
import type { AgentCommand, CreatedEnrollmentToken } from "../../api/agents";
import { Button, Spinner } from "../../design/Button";
import { CopyButton } from "../../design/Copy";
import { Dialog } from "../../design/Dialog";
import { Icon } from "../../design/icons";
import { Notice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { exactTime } from "../../lib/time";
import { agentPlace } from "./address";
import { useJoined } from "./useJoined";

const ways: readonly AgentCommand[] = ["install", "run", "container"];

interface JoinDialogProps {
    project: string;
    token: CreatedEnrollmentToken;
    onClose: () => void;
}

/** The commands that hold a token's secret, and who has come by them. */
export function JoinDialog({ project, token, onClose }: JoinDialogProps) {
    const { t, language } = useTexts();
    const [way, setWay] = useState<AgentCommand>("install");
    const until = exactTime(new Date(token.expiresAt), language);
    return (
        <Dialog isWide title={t("enrollment.shownTitle")} onClose={onClose}>
            <div className="dialog-body">
                <Notice kind="warn">
                    <div className="strong">{t("enrollment.once")}</div>
                    <div>{t("enrollment.until", { count: token.maximumUses, time: until })}</div>
                </Notice>
                <div className="segments" role="group" aria-label={t("enrollment.ways")}>
                    {ways.map((each) => (
                        <button key={each} type="button" aria-pressed={each === way} onClick={() => setWay(each)}>
                            {t(`enrollment.way.${each}`)}
                        </button>
                    ))}
                </div>
                <p className="soft">{t(`enrollment.wayHint.${way}`)}</p>
                <div className="command">
                    <pre tabIndex={0} role="region" aria-label={t("enrollment.command")}>
                        {token.commands[way]}
                    </pre>
                    <CopyButton text={token.commands[way]} label={t("enrollment.copy")} />
                </div>
                <Joined project={project} token={token} onLeave={onClose} />
            </div>
            <div className="dialog-foot">
                <Button kind="primary" onClick={onClose}>
                    {t("common.close")}
                </Button>
            </div>
        </Dialog>
    );
}

interface JoinedProps {
    project: string;
    token: CreatedEnrollmentToken;
    onLeave: () => void;
}

/** Said to screen readers as it happens. */
function Joined({ project, token, onLeave }: JoinedProps) {
    const { t } = useTexts();
    const { agents, uses } = useJoined(project, token);
    const unnamed = uses - agents.length;
    return (
        <div className="joined" role="status">
            {agents.map((agent) => (
                <div className="row" key={agent.id}>
                    <span className="joined-mark">
                        <Icon name="check" />
                    </span>
                    <Link className="break" to={agentPlace(project, agent.id)} onClick={onLeave}>
                        {t("enrollment.joined", { name: agent.name })}
                    </Link>
                </div>
            ))}
            {unnamed > 0 && (
                <div className="row">
                    <span className="joined-mark">
                        <Icon name="check" />
                    </span>
                    {t("enrollment.joinedCount", { count: unnamed })}
                </div>
            )}
            {uses < token.maximumUses && (
                <div className="row soft">
                    <Spinner />
                    {t(uses === 0 ? "enrollment.waiting" : "enrollment.waitingMore")}
                </div>
            )}
        </div>
    );
}
