import type { AgentOffer } from "../../api/agents";
import { api } from "../../api/client";
import { ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useResource } from "../../lib/useResource";

/** What something that is offered is: a service of a category, or an engine. */
export function OfferKind({ of }: { of: Pick<AgentOffer, "kind"> & { category?: AgentOffer["category"] } }) {
    const { t } = useTexts();
    if (of.kind === "docker") return <span className="nowrap">{t("offer.docker")}</span>;
    if (of.category === null || of.category === undefined) {
        return <span className="nowrap faint">{t("offer.unknown")}</span>;
    }
    return <span className="nowrap">{t(`category.${of.category}`)}</span>;
}

/** What an agent offers, to look at. */
export function OfferList({ agent }: { agent: string }) {
    const { t } = useTexts();
    const { value, problem, reload } = useResource(`offers of ${agent}`, (signal) =>
        api.listAgentOffers(agent, signal),
    );
    if (problem !== undefined) return <ProblemNotice problem={problem} onRetry={reload} />;
    if (value === undefined) return <p className="popup-note">{t("common.loading")}</p>;
    if (value.items.length === 0) return <p className="popup-note">{t("offer.none")}</p>;
    return (
        <ul className="offer-list">
            {value.items.map((offer) => (
                <li key={offer.name}>
                    <span className="strong break">{offer.name}</span> <OfferKind of={offer} />
                    <code className="small soft break">{offer.url}</code>
                </li>
            ))}
        </ul>
    );
}
