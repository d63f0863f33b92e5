// What becomes of an offer: the names it gets, and the line that makes one of what was found.
import type { AgentOffer, FoundService } from "../../api/agents";
import { categories, type ServiceCategory } from "../../api/types";

export const isNew = (offer: AgentOffer): boolean => offer.serviceId === null && offer.hostId === null;

/** As the platform would call it: by the agent alone where nothing else that it offers is of the kind. */
export function usualName(agentName: string, offer: AgentOffer, all: readonly AgentOffer[]): string {
    const isAlone = all.filter((each) => each.kind === offer.kind).length === 1;
    return isAlone ? agentName : `${agentName} ${offer.name}`.slice(-200);
}

/** The agent takes the category from a name such as `neuronex` or `neuronex-2`. */
const impliedBy = (name: string): ServiceCategory | undefined =>
    categories.find((category) => name === category || name.startsWith(`${category}-`));

/** As it stands in the agent's settings, under a name that no other offer has. */
export function settingsLine({ name: usual, kind, category, url }: FoundService, taken: readonly string[]): string {
    if (kind === "docker") return `docker: ${url}`;
    const name = taken.includes(usual) ? `${usual}-${new URL(url).port}` : usual;
    if (category === null || category === undefined || impliedBy(name) === category) return `${name}: ${url}`;
    return `${name}: {url: "${url}", category: ${category}}`;
}
