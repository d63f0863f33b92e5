import { useEffect, useState } from "react";
import type { AgentOffer, OfferKind } from "../../api/agents";
import { api } from "../../api/client";
import { SearchInput, SelectField } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { useDebounced } from "../../lib/useDebounced";
import { useResource } from "../../lib/useResource";
import { agentPlace, type AgentChoice } from "./address";
import { isNew, usualName } from "./offers";
import { useAgents } from "./useAgents";

/** An offer, and how what is made of it is called by itself. */
export interface ChosenOffer {
    offer: AgentOffer;
    name: string;
}

interface AgentFieldsProps {
    project: string;
    kind: OfferKind;
    value: AgentChoice;
    /** What the edited one has already: for it that is not taken. */
    own?: AgentChoice;
    onChange: (value: AgentChoice, chosen?: ChosenOffer) => void;
    error?: string;
}

/** An agent, and which of its offers. */
export function AgentFields({ project, kind, value, own, onChange, error }: AgentFieldsProps) {
    const { t } = useTexts();
    const [text, setText] = useState("");
    const q = useDebounced(text.trim(), 180);
    const { agents, hasMore, value: list, problem, reload } = useAgents(project, value.agent, q);
    const offers = useResource(value.agent === "" ? undefined : `offers of ${value.agent}`, (signal) =>
        api.listAgentOffers(value.agent, signal),
    );
    const all = offers.value?.items;
    const isOwn = (offer: AgentOffer) => own?.agent === value.agent && own.offer === offer.name;
    const free = all?.filter((offer) => offer.kind === kind && (isNew(offer) || isOwn(offer)));
    const choose = (name: string) => {
        const offer = free?.find((each) => each.name === name);
        const agentName = agents.find((each) => each.id === value.agent)?.name ?? "";
        const chosen = offer && { offer, name: usualName(agentName, offer, all ?? []) };
        onChange({ agent: value.agent, offer: name }, chosen);
    };
    // The only one there is needs no choosing.
    const only = value.offer === "" && free?.length === 1 ? free[0]?.name : undefined;
    useEffect(() => {
        if (only !== undefined) choose(only);
    });
    if (problem !== undefined) return <ProblemNotice problem={problem} onRetry={reload} />;
    if (list?.items.length === 0 && text === "") {
        return (
            <Notice>
                {t("agent.noneToChoose")} <Link to={`/projects/${project}/agents`}>{t("nav.agents")}</Link>
            </Notice>
        );
    }
    return (
        <>
            {(hasMore || text !== "") && <SearchInput label={t("agent.search")} value={text} onChange={setText} />}
            <div className="field-row">
                <SelectField
                    label={t("agent.word")}
                    value={value.agent}
                    onChange={(agent) => onChange({ agent, offer: "" })}
                    options={[
                        { value: "", label: t("agent.choose") },
                        ...agents.map((each) => ({
                            value: each.id,
                            label: each.online ? each.name : t("agent.offlineChoice", { name: each.name }),
                        })),
                    ]}
                />
                <SelectField
                    label={t("offer.word")}
                    value={value.offer}
                    onChange={choose}
                    disabled={free === undefined || free.length === 0}
                    error={error}
                    options={[
                        { value: "", label: t("offer.choose") },
                        ...(free ?? []).map((each) => ({ value: each.name, label: `${each.name} · ${each.url}` })),
                    ]}
                />
            </div>
            {offers.problem !== undefined && <ProblemNotice problem={offers.problem} onRetry={offers.reload} />}
            {free?.length === 0 && (
                <Notice kind="warn">
                    {t(kind === "docker" ? "offer.noneFreeDocker" : "offer.noneFree")}{" "}
                    <Link to={agentPlace(project, value.agent)}>{t("agent.tab.offers")}</Link>
                </Notice>
            )}
        </>
    );
}
