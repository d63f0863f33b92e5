// Where something behind an agent is: `agent://<agent>/<offer>`, and of a container on its engine `agent://<agent>:<port>/<offer>`.
export interface AgentChoice {
    agent: string;
    offer: string;
}

export interface AgentAddress extends AgentChoice {
    port?: string;
}

export const agentAddress = (agent: string, offer: string): string => `agent://${agent}/${offer}`;

export function agentPartsOf(address: string): AgentAddress | undefined {
    const [, agent, port, offer] = /^\s*agent:\/\/([^/:]+)(?::(\d+))?\/([^/\s]+)\s*$/i.exec(address) ?? [];
    return agent === undefined || offer === undefined ? undefined : { agent, offer, port };
}

/** An address as plain text for people, with the agent's name in place of its id. */
export function addressText(address: string, agentName: string | null | undefined): string {
    const parts = agentPartsOf(address);
    return parts === undefined || !agentName ? address : `${agentName} / ${parts.offer}`;
}

export const agentPlace = (project: string, agent: string): string => `/projects/${project}/agents/${agent}`;

/** As the agent prints it: of a key of 32 bytes, in base64. */
export const isFingerprint = (text: string): boolean => /^SHA256:[A-Za-z0-9+/]{43}$/.test(text);
