import { useState } from "react";
import type { FoundService } from "../../api/agents";
import { api } from "../../api/client";
import { CopyButton } from "../../design/Copy";
import { Icon } from "../../design/icons";
import { Card } from "../../design/Page";
import { ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useAction } from "../../lib/useResource";
import { OfferKind } from "./OfferList";
import { settingsLine } from "./offers";

/** Has an agent look at the well-known ports of its machine. */
export function useDiscovery(agent: string) {
    const action = useAction();
    const [found, setFound] = useState<readonly FoundService[]>();
    const look = () =>
        void action.run(async () => {
            setFound((await api.discoverAgentServices(agent)).items);
        });
    return { ...action, found, look };
}

interface FoundProps {
    discovery: ReturnType<typeof useDiscovery>;
    /** Names of what it offers already. */
    taken: readonly string[];
}

/** What was found. An agent leads to nothing that its own settings do not name: the line for them is here to copy. */
export function Found({ discovery, taken }: FoundProps) {
    const { t } = useTexts();
    const { found, problem } = discovery;
    if (problem !== undefined) return <ProblemNotice problem={problem} />;
    if (found === undefined) return null;
    return (
        <Card title={t("offer.foundTitle")}>
            <div className="stack" role="status">
                {found.length === 0 && <p className="soft">{t("offer.nothingFound")}</p>}
                {found.some((each) => !each.offered) && <p className="soft">{t("offer.lineHint")}</p>}
                {found.length > 0 && (
                    <ul className="found">
                        {found.map((each) => (
                            <li key={`${each.name} ${each.url}`}>
                                <span className="row wrap">
                                    <span className="strong break">{each.name}</span>
                                    <OfferKind of={each} />
                                </span>
                                {each.offered ? (
                                    <span className="row soft">
                                        <Icon name="check" />
                                        {t("offer.alreadyOffered")}
                                    </span>
                                ) : (
                                    <Line of={each} taken={taken} />
                                )}
                            </li>
                        ))}
                    </ul>
                )}
            </div>
        </Card>
    );
}

function Line({ of, taken }: { of: FoundService; taken: readonly string[] }) {
    const { t } = useTexts();
    const line = settingsLine(of, taken);
    return (
        <span className="row">
            <code className="break">{line}</code>
            <CopyButton text={line} label={t("offer.copyLine", { name: of.name })} />
        </span>
    );
}
