// The values of the public API, by the names of openapi.yaml.

export type Role = "user" | "projectAdmin" | "orgAdmin" | "systemAdmin";
export type ServiceCategory = "neuronex" | "neuron" | "ekuiper" | "custom";
export type ServiceMode = "managed" | "hosted";
export type ServiceConnection = "direct" | "agent";
export type ServiceStatus = "online" | "offline" | "unknown";
export type AuthenticationKind = "none" | "jwt" | "password";
export type AuditResult = "succeeded" | "failed" | "denied";

export const categories: readonly ServiceCategory[] = ["neuronex", "neuron", "ekuiper", "custom"];
export const statuses: readonly ServiceStatus[] = ["online", "offline", "unknown"];
export const modes: readonly ServiceMode[] = ["managed", "hosted"];
export const connections: readonly ServiceConnection[] = ["direct", "agent"];

export interface Page<Item> {
    items: Item[];
    next: string | null;
    total?: number;
}

export interface PageRequest {
    limit?: number;
    cursor?: string;
    total?: boolean;
}

export interface User {
    id: string;
    email: string;
    name: string;
    systemAdmin: boolean;
    disabled: boolean;
    createdAt: string;
    lastSignInAt?: string;
}

export interface Grant {
    scope: { orgId: string; projectId?: string };
    role: Role;
}

export interface Me {
    user: User;
    grants: Grant[];
    csrfToken?: string;
}

export interface SignedIn {
    user: User;
    csrfToken: string;
}

export interface APIToken {
    id: string;
    name: string;
    projectId?: string;
    readOnly: boolean;
    createdAt: string;
    expiresAt?: string;
    lastUsedAt?: string;
}

export interface CreateTokenRequest {
    name: string;
    expiresInDays?: number;
    projectId?: string;
    readOnly?: boolean;
}

export interface CreatedToken {
    id: string;
    token: string;
    name: string;
    expiresAt?: string;
}

export interface Organization {
    id: string;
    name: string;
    description: string;
    createdAt: string;
}

export interface Project extends Organization {
    orgId: string;
}

export interface TenantRequest {
    name?: string;
    description?: string;
}

export interface CreateUserRequest {
    email: string;
    name?: string;
    password: string;
    systemAdmin?: boolean;
    orgId?: string;
    projectId?: string;
    role?: Role;
}

export interface UpdateUserRequest {
    name?: string;
    systemAdmin?: boolean;
    disabled?: boolean;
}

export interface Member {
    userId: string;
    email: string;
    name: string;
    role: Role;
}

export interface AuthenticationRequest {
    kind: AuthenticationKind;
    username?: string;
    password?: string;
}

export interface EdgeService {
    id: string;
    projectId: string;
    name: string;
    category: ServiceCategory;
    mode: ServiceMode;
    connection: ServiceConnection;
    endpoint: string;
    verifyTLS: boolean;
    healthPath: string | null;
    status: ServiceStatus;
    statusReason: string;
    statusSince: string | null;
    version: string | null;
    lastSeen: string | null;
    tags: string[];
    auth: { kind: AuthenticationKind; username?: string };
    description: string;
    createdAt: string;
    updatedAt: string;
    /** Of hosted services, as the three that follow. */
    hostId?: string | null;
    hostName?: string | null;
    image?: string | null;
    /** How its container differs from what was asked for, in a sentence. */
    drift?: string | null;
    /** Of services that are reached through one, as its name. */
    agentId?: string | null;
    agentName?: string | null;
}

export interface CreateServiceRequest {
    name: string;
    category?: ServiceCategory;
    endpoint: string;
    verifyTLS?: boolean;
    healthPath?: string;
    auth?: AuthenticationRequest;
    tags?: string[];
    description?: string;
}

export type UpdateServiceRequest = Partial<Omit<CreateServiceRequest, "category">>;

export interface ServiceFilter {
    status?: string;
    mode?: string;
    connection?: string;
    category?: string;
    tag?: string[];
    version?: string;
    q?: string;
    host?: string;
    agent?: string;
    drifted?: string;
}

export interface ConnectionCheck {
    reachable: boolean;
    authenticated: boolean;
    version?: string;
    message: string;
}

export interface ImportFailure {
    line: number;
    column: string;
    reason: string;
}

export interface ImportResult {
    imported: number;
    failed: ImportFailure[];
}

export interface Tag {
    id: string;
    name: string;
    services: number;
    createdAt: string;
}

export interface DriverCounts {
    total: number;
    running: number;
    connected: number;
    abnormal: number;
}

export interface Overview {
    services: { total: number; online: number; offline: number; unknown: number };
    drivers: DriverCounts & { south: DriverCounts; north: DriverCounts };
    rules: { total: number; running: number; stopped: number };
    tags: { allocated: number; used: number };
    records: { in: number; out: number };
    members: number;
}

export interface DriverState {
    name: string;
    plugin?: string;
    direction: "south" | "north";
    running: boolean;
    connected: boolean;
    roundTrip?: number;
}

export interface RuleState {
    id: string;
    running: boolean;
    status: string;
}

export interface ServiceReport {
    version?: string;
    system: {
        os?: string;
        kernel?: string;
        architecture?: string;
        uptime?: number;
        memoryUsed?: number;
        memoryTotal?: number;
    };
    drivers: DriverState[];
    rules: RuleState[];
    tags: { allocated: number; used: number };
    recordsIn: number;
    recordsOut: number;
}

export interface ServiceStatusReport {
    status: ServiceStatus;
    statusReason: string;
    statusSince?: string;
    lastSeen?: string;
    reportedAt?: string;
    report?: ServiceReport;
}

export interface AuditEntry {
    sequence: number;
    at: string;
    operation: string;
    result: AuditResult;
    actor: { userId?: string; email: string; tokenId?: string; address: string };
    target: { type: string; id: string; name: string };
    orgId?: string;
    projectId?: string;
    detail: string;
    hash: string;
}

export interface AuditFilter {
    type?: string;
    operation?: string;
    operator?: string;
    org?: string;
    project?: string;
    target?: string;
    result?: string;
    from?: string;
    until?: string;
}

export interface ServiceChange {
    id: string;
    change: "created" | "updated" | "deleted" | "status";
    service?: EdgeService;
}

export type DriverCondition = "connected" | "disconnected" | "notRunning";

interface ServiceReference {
    id: string;
    name: string;
    status: ServiceStatus;
}

/** One driver among those of a project. */
export interface FleetDriver {
    service: ServiceReference;
    name: string;
    plugin?: string;
    direction: "south" | "north";
    state: DriverCondition;
}

/** One rule among those of a project. */
export interface FleetRule {
    service: ServiceReference;
    id: string;
    state: "running" | "stopped";
    status: string;
}
