// The values of batches, nodes, images and hosted services, by the names of openapi.yaml.
import type { ServiceCategory, ServiceConnection, ServiceMode, ServiceStatus } from "./types";

export type BatchKind = "install" | "upgrade" | "start" | "stop" | "restart" | "repair" | "delete" | "tag";
export type BatchState = "pending" | "running" | "paused" | "succeeded" | "failed" | "cancelled" | "rolledBack";
export type BatchItemState =
    | "pending"
    | "waiting"
    | "running"
    | "succeeded"
    | "failed"
    | "skipped"
    | "cancelled"
    | "rolledBack";

export const batchItemStates: readonly BatchItemState[] = [
    "running",
    "failed",
    "succeeded",
    "waiting",
    "pending",
    "skipped",
    "cancelled",
    "rolledBack",
];

export type BatchCounts = Record<BatchItemState, number>;

/** A number of targets, or a share of them: `10%`. */
export type BatchShare = number | string;
export type OnFailure = "pause" | "rollback" | "continue";
export type WhenOffline = "fail" | "skip" | "wait";
export type Day = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
export const days: readonly Day[] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

export interface MaintenanceWindow {
    days: Day[];
    from: string;
    to: string;
    timeZone: string;
}

/** Durations are seconds. */
export interface BatchPolicy {
    waves?: BatchShare[];
    concurrency?: number;
    concurrencyPerHost?: number | null;
    failureThreshold?: BatchShare | null;
    onFailure?: OnFailure;
    healthGate?: number;
    startLimit?: number;
    whenOffline?: WhenOffline;
    offlineDeadline?: number;
    window?: MaintenanceWindow | null;
    retries?: number;
}

export interface BatchParameters {
    add?: string[];
    remove?: string[];
    namePrefix?: string | null;
    /** The same number gives the same names, in the preview and in the batch. */
    nameSeed?: number | null;
    category?: ServiceCategory | null;
    image?: string | null;
    settings?: WorkloadSettings | null;
    authentication?: boolean | null;
    tags?: string[] | null;
    deleteVolumes?: boolean | null;
    force?: boolean | null;
}

export interface BatchFilter {
    status?: ServiceStatus;
    mode?: ServiceMode;
    connection?: ServiceConnection;
    category?: ServiceCategory;
    tags?: string[];
    version?: string;
    q?: string;
    host?: string;
    agent?: string;
    drifted?: boolean;
}

export interface BatchTargets {
    ids?: string[];
    filter?: BatchFilter;
    /** Of what the filter finds, not these. */
    except?: string[];
    hosts?: string[];
    count?: number;
}

export interface CreateBatchRequest {
    kind: BatchKind;
    targets: BatchTargets;
    parameters?: BatchParameters;
    policy?: BatchPolicy;
}

export interface Batch {
    id: string;
    projectId: string;
    kind: BatchKind;
    state: BatchState;
    direction: "forward" | "back";
    reason: string;
    parameters: BatchParameters;
    policy: BatchPolicy;
    counts: BatchCounts;
    /** The one under way, from 1. */
    wave: number;
    waves: number;
    /** Of each wave; of a batch that has one, and in lists, it is not there. */
    waveCounts?: BatchCounts[] | null;
    createdBy: string;
    createdAt: string;
    startedAt?: string | null;
    finishedAt?: string | null;
}

export interface BatchItem {
    position: number;
    serviceId: string;
    name: string;
    hostId?: string | null;
    hostName?: string | null;
    wave: number;
    state: BatchItemState;
    reason: string;
    attempts: number;
    startedAt?: string | null;
    finishedAt?: string | null;
}

export interface BatchPlanItem {
    name: string;
    hostName?: string | null;
    note: string;
    isRefused?: boolean | null;
}

export interface BatchPlan {
    total: number;
    /** Those that have containers of the platform's, and those that somebody else runs. */
    hosted: number;
    managed: number;
    waves: { targets: number; examples: string[] }[];
    offline: number;
    leftOut: number;
    warnings: string[];
    items: BatchPlanItem[];
}

export interface HostTLSRequest {
    ca?: string;
    certificate?: string;
    key?: string;
}

export interface CreateHostRequest {
    name: string;
    address: string;
    serviceAddress?: string;
    description?: string;
    allowUnencrypted?: boolean;
    tls?: HostTLSRequest;
}

export interface HostEngine {
    version: string;
    operatingSystem: string;
    architecture: string;
    cpus: number;
    /** In bytes. */
    memory: number;
}

export interface EdgeHost {
    id: string;
    projectId: string;
    name: string;
    kind: "docker";
    address: string;
    serviceAddress: string;
    /** Of hosts that are reached through one, as its name. */
    agentId?: string | null;
    agentName?: string | null;
    description: string;
    tls?: { authority: boolean; clientCertificate: boolean } | null;
    allowUnencrypted: boolean;
    warnings: string[];
    status: ServiceStatus;
    statusReason: string;
    statusSince?: string | null;
    engine?: HostEngine | null;
    services: number;
    createdAt: string;
    updatedAt: string;
}

export interface HostCheck {
    reachable: boolean;
    reason: string;
    engine?: HostEngine | null;
    warnings: string[];
}

export interface ContainerImage {
    id: string;
    category: ServiceCategory;
    reference: string;
    version: string;
    isDefault: boolean;
    description: string;
    digest?: string | null;
    createdAt: string;
    updatedAt: string;
}

export interface CreateImageRequest {
    category: ServiceCategory;
    reference: string;
    version?: string;
    isDefault?: boolean;
    description?: string;
}

export interface ImageCheck {
    found: boolean;
    reason: string;
    digest?: string | null;
    architectures: string[];
}

export interface ImageRegistry {
    id: string;
    name: string;
    address: string;
    username?: string | null;
    hasPassword: boolean;
    plainHTTP: boolean;
    createdAt: string;
    updatedAt: string;
}

export interface CreateRegistryRequest {
    name: string;
    address: string;
    username?: string;
    password?: string;
    plainHTTP?: boolean;
}

export interface RegistryCheck {
    ok: boolean;
    reason: string;
}

export type PortProtocol = "tcp" | "udp";
export type Restart = "no" | "onFailure" | "unlessStopped" | "always";

/** How a service is run; what is absent is as the defaults say. */
export interface WorkloadSettings {
    apiPort?: number | null;
    ports?: { container: number; host?: number | null; protocol: PortProtocol }[] | null;
    environment?: Record<string, string> | null;
    volumes?: { source: string; target: string; readOnly: boolean }[] | null;
    devices?: { host: string; container: string; permissions: string }[] | null;
    logs?: { maxSize: string; maxFiles: number } | null;
    privileged?: boolean | null;
    restart?: Restart | null;
    cpus?: number | null;
    /** In bytes. */
    memory?: number | null;
    keyFolder?: string | null;
}

export interface WorkloadDefaults {
    category: ServiceCategory;
    settings: WorkloadSettings;
}

export interface ContainerState {
    id: string;
    state: "created" | "running" | "paused" | "restarting" | "exited" | "dead" | "removing";
    image: string;
    startedAt?: string | null;
    exitCode?: number | null;
    restarts: number;
    seenAt: string;
}

export interface Workload {
    serviceId: string;
    hostId: string;
    hostName: string;
    image: string;
    digest?: string | null;
    desired: "running" | "stopped";
    settings: WorkloadSettings;
    revision: string;
    container?: ContainerState | null;
    drift?: string | null;
}

export interface ContainerInspection {
    state: ContainerState;
    name: string;
    digest?: string | null;
    finishedAt?: string | null;
    ports: { container: number; host?: number | null; protocol: PortProtocol }[];
    mounts: { source: string; target: string; readOnly: boolean }[];
    environment: string[];
    networks: string[];
    health?: string | null;
}
