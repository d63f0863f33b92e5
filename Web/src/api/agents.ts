// The values of agents, what they offer, and enrolment tokens, by the names of openapi.yaml.
import type { EdgeHost } from "./hosting";
import type { AuthenticationRequest, EdgeService, ServiceCategory } from "./types";

export type AgentState = "unmanaged" | "managed" | "revoked";
export type OfferKind = "service" | "docker";
export type EnrollmentTokenState = "active" | "expired" | "usedUp" | "revoked";

export interface EdgeAgent {
    id: string;
    projectId: string | null;
    state: AgentState;
    name: string;
    description: string;
    fingerprint: string;
    online: boolean;
    /** Null before it came for the first time, as the next. */
    statusSince: string | null;
    lastSeen: string | null;
    /** Empty before it came for the first time, as the two that follow. */
    address: string;
    version: string;
    system: string;
    connections: number;
    latencyMilliseconds: number | null;
    /** From the agent, and to it. */
    bytesReceived: number;
    bytesSent: number;
    services: number;
    hosts: number;
    offers: number;
    newOffers: number;
    clone: { address: string; seenAt: string } | null;
    createdAt: string;
    updatedAt: string;
}

export interface AgentFilter {
    q?: string;
    online?: boolean;
    state?: AgentState;
}

/** By its fingerprint; those who see the unmanaged ones may name it by its id. */
export interface ClaimAgentRequest {
    fingerprint?: string;
    agentId?: string;
    name?: string;
    description?: string;
}

export interface UpdateAgentRequest {
    name?: string;
    description?: string;
}

/** One of an agent's offers, and what has become of it. */
export interface AgentOffer {
    name: string;
    kind: OfferKind;
    category: ServiceCategory | null;
    url: string;
    serviceId: string | null;
    serviceName: string | null;
    hostId: string | null;
    hostName: string | null;
}

export interface AdoptOffersRequest {
    /** All that are new when absent. */
    offers?: { offer: string; name?: string; category?: ServiceCategory }[];
    tags?: string[];
    auth?: AuthenticationRequest;
}

export interface AdoptedOffers {
    services: EdgeService[];
    hosts: EdgeHost[];
    failed: { offer: string; reason: string }[];
}

export interface FoundService {
    name: string;
    kind: OfferKind;
    category?: ServiceCategory | null;
    url: string;
    offered: boolean;
}

export interface EnrollmentToken {
    id: string;
    projectId: string;
    name: string;
    state: EnrollmentTokenState;
    adoptsOffers: boolean;
    tags: string[];
    maximumUses: number;
    uses: number;
    createdBy: string;
    createdAt: string;
    expiresAt: string;
    lastUsedAt: string | null;
    revokedAt: string | null;
}

export interface CreateEnrollmentTokenRequest {
    name: string;
    expiresInHours?: number;
    maximumUses?: number;
    adoptsOffers?: boolean;
    tags?: string[];
}

export type AgentCommand = "install" | "run" | "container";

/** The one time that the secret is told. */
export interface CreatedEnrollmentToken {
    id: string;
    token: string;
    name: string;
    expiresAt: string;
    maximumUses: number;
    commands: Record<AgentCommand, string>;
}

/** An agent came, went or was changed; `online` is null when it is gone from the project. */
export interface AgentChange {
    id: string;
    online: boolean | null;
}
