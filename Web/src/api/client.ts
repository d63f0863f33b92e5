// One method an operation of the public API, by its operationId; the command line's client has the same names.
import type * as A from "./agents";
import { address, change, perform, read, segment, send, type Query } from "./http";
import type * as H from "./hosting";
import type * as T from "./types";

const page = (request: T.PageRequest): Query => ({
    limit: request.limit,
    cursor: request.cursor,
    total: request.total === true ? true : undefined,
});
const project = (id: string) => `projects/${segment(id)}`;
const service = (id: string) => `services/${segment(id)}`;
const org = (id: string) => `orgs/${segment(id)}`;
const batch = (id: string) => `batches/${segment(id)}`;
const host = (id: string) => `hosts/${segment(id)}`;
const agent = (id: string) => `agents/${segment(id)}`;
const image = (id: string) => `images/${segment(id)}`;
const registry = (id: string) => `registries/${segment(id)}`;
const user = (id: string) => `users/${segment(id)}`;
/** What other operations need of the largest page. */
export const largestPage: T.PageRequest = { limit: 500 };

export const api = {
    createSession: (email: string, password: string) => change<T.SignedIn>("POST", "session", { email, password }),
    deleteSession: () => perform("DELETE", "session"),
    getMe: (signal?: AbortSignal) => read<T.Me>("me", {}, signal),
    changePassword: (currentPassword: string, newPassword: string) =>
        perform("PUT", "me/password", { currentPassword, newPassword }),

    listTokens: (request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.APIToken>>("tokens", page(request), signal),
    createToken: (body: T.CreateTokenRequest) => change<T.CreatedToken>("POST", "tokens", body),
    revokeToken: (id: string) => perform("DELETE", `tokens/${segment(id)}`),

    listUsers: (q: string, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.User>>("users", { q, ...page(request) }, signal),
    createUser: (body: T.CreateUserRequest) => change<T.User>("POST", "users", body),
    updateUser: (id: string, body: T.UpdateUserRequest) => change<T.User>("PATCH", user(id), body),
    deleteUser: (id: string) => perform("DELETE", user(id)),
    resetPassword: (id: string, password: string) => perform("PUT", `${user(id)}/password`, { password }),

    listOrganizations: (request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.Organization>>("orgs", page(request), signal),
    createOrganization: (body: T.TenantRequest) => change<T.Organization>("POST", "orgs", body),
    updateOrganization: (id: string, body: T.TenantRequest) => change<T.Organization>("PATCH", org(id), body),
    deleteOrganization: (id: string) => perform("DELETE", org(id)),
    listOrganizationMembers: (id: string, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.Member>>(`${org(id)}/members`, page(request), signal),
    addOrganizationMember: (id: string, email: string, role: T.Role) =>
        change<T.Member>("POST", `${org(id)}/members`, { email, role }),
    removeOrganizationMember: (id: string, member: string) =>
        perform("DELETE", `${org(id)}/members/${segment(member)}`),

    listProjects: (request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.Project>>("projects", page(request), signal),
    createProject: (orgId: string, body: T.TenantRequest) => change<T.Project>("POST", `${org(orgId)}/projects`, body),
    updateProject: (id: string, body: T.TenantRequest) => change<T.Project>("PATCH", project(id), body),
    deleteProject: (id: string) => perform("DELETE", project(id)),
    listProjectMembers: (id: string, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.Member>>(`${project(id)}/members`, page(request), signal),
    addProjectMember: (id: string, email: string, role: T.Role) =>
        change<T.Member>("POST", `${project(id)}/members`, { email, role }),
    setProjectMember: (id: string, member: string, role: T.Role) =>
        change<T.Member>("PUT", `${project(id)}/members/${segment(member)}`, { role }),
    removeProjectMember: (id: string, member: string) => perform("DELETE", `${project(id)}/members/${segment(member)}`),
    getOverview: (id: string, signal?: AbortSignal) => read<T.Overview>(`${project(id)}/overview`, {}, signal),

    listDrivers: (id: string, state: T.DriverCondition, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.FleetDriver>>(`${project(id)}/drivers`, { state, ...page(request) }, signal),
    listRules: (id: string, state: T.FleetRule["state"], request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.FleetRule>>(`${project(id)}/rules`, { state, ...page(request) }, signal),

    listServices: (id: string, filter: T.ServiceFilter, sort: string, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.EdgeService>>(`${project(id)}/services`, { ...filter, sort, ...page(request) }, signal),
    createService: (id: string, body: T.CreateServiceRequest) =>
        change<T.EdgeService>("POST", `${project(id)}/services`, body),
    checkConnection: (id: string, body: T.CreateServiceRequest, signal?: AbortSignal) =>
        change<T.ConnectionCheck>("POST", `${project(id)}/services/check`, body, signal),
    getService: (id: string, signal?: AbortSignal) => read<T.EdgeService>(service(id), {}, signal),
    updateService: (id: string, body: T.UpdateServiceRequest) => change<T.EdgeService>("PATCH", service(id), body),
    /** @returns the batch that removes a hosted one; a managed one is gone already. */
    deleteService: async (id: string): Promise<H.Batch | undefined> => {
        const response = await send("DELETE", service(id));
        return response.status === 202 ? ((await response.json()) as H.Batch) : undefined;
    },
    changeServiceTags: (id: string, add: string[], remove: string[]) =>
        change<T.EdgeService>("POST", `${service(id)}/tags`, { add, remove }),
    getServiceStatus: (id: string, signal?: AbortSignal) =>
        read<T.ServiceStatusReport>(`${service(id)}/status`, {}, signal),
    probeService: (id: string) => change<T.ServiceStatusReport>("POST", `${service(id)}/probe`),

    getWorkload: (id: string, signal?: AbortSignal) => read<H.Workload>(`${service(id)}/workload`, {}, signal),
    inspectContainer: (id: string, signal?: AbortSignal) =>
        read<H.ContainerInspection>(`${service(id)}/container`, {}, signal),

    listBatches: (id: string, open: boolean | undefined, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<H.Batch>>(`${project(id)}/batches`, { open, ...page(request) }, signal),
    createBatch: (id: string, body: H.CreateBatchRequest) => change<H.Batch>("POST", `${project(id)}/batches`, body),
    planBatch: async (id: string, body: H.CreateBatchRequest, signal?: AbortSignal): Promise<H.BatchPlan> =>
        (await send("POST", `${project(id)}/batches`, { query: { dryRun: true }, body, signal })).json(),
    getBatch: (id: string, signal?: AbortSignal) => read<H.Batch>(batch(id), {}, signal),
    listBatchItems: (id: string, state: string, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<H.BatchItem>>(`${batch(id)}/items`, { state, ...page(request) }, signal),
    pauseBatch: (id: string) => change<H.Batch>("POST", `${batch(id)}/pause`),
    resumeBatch: (id: string) => change<H.Batch>("POST", `${batch(id)}/resume`),
    cancelBatch: (id: string) => change<H.Batch>("POST", `${batch(id)}/cancel`),
    retryBatch: (id: string) => change<H.Batch>("POST", `${batch(id)}/retry`),
    rollBackBatch: (id: string) => change<H.Batch>("POST", `${batch(id)}/rollback`),

    listHosts: (id: string, q: string, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<H.EdgeHost>>(`${project(id)}/hosts`, { q, ...page(request) }, signal),
    createHost: (id: string, body: H.CreateHostRequest) => change<H.EdgeHost>("POST", `${project(id)}/hosts`, body),
    checkNewHost: (id: string, body: H.CreateHostRequest) =>
        change<H.HostCheck>("POST", `${project(id)}/hosts/check`, body),
    getHost: (id: string, signal?: AbortSignal) => read<H.EdgeHost>(host(id), {}, signal),
    updateHost: (id: string, body: Partial<H.CreateHostRequest>) => change<H.EdgeHost>("PATCH", host(id), body),
    deleteHost: (id: string) => perform("DELETE", host(id)),
    checkHost: (id: string) => change<H.HostCheck>("POST", `${host(id)}/check`),

    listAgents: (id: string, filter: A.AgentFilter, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<A.EdgeAgent>>(`${project(id)}/agents`, { ...filter, ...page(request) }, signal),
    claimAgent: (id: string, body: A.ClaimAgentRequest) => change<A.EdgeAgent>("POST", `${project(id)}/agents`, body),
    listUnmanagedAgents: (q: string, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<A.EdgeAgent>>("agents/unmanaged", { q, ...page(request) }, signal),
    getAgent: (id: string, signal?: AbortSignal) => read<A.EdgeAgent>(agent(id), {}, signal),
    updateAgent: (id: string, body: A.UpdateAgentRequest) => change<A.EdgeAgent>("PATCH", agent(id), body),
    /** @param services whether the registrations of what is behind it go too. */
    deleteAgent: async (id: string, services: boolean): Promise<void> => {
        await send("DELETE", agent(id), { query: { services: services || undefined } });
    },
    transferAgent: (id: string, projectId: string) =>
        change<A.EdgeAgent>("POST", `${agent(id)}/transfer`, { projectId }),
    revokeAgent: (id: string) => change<A.EdgeAgent>("POST", `${agent(id)}/revoke`),
    restoreAgent: (id: string) => change<A.EdgeAgent>("POST", `${agent(id)}/restore`),
    dismissAgentClone: (id: string) => perform("DELETE", `${agent(id)}/clone`),
    listAgentOffers: (id: string, signal?: AbortSignal) =>
        read<{ items: A.AgentOffer[] }>(`${agent(id)}/offers`, {}, signal),
    adoptAgentOffers: (id: string, body: A.AdoptOffersRequest) =>
        change<A.AdoptedOffers>("POST", `${agent(id)}/adopt`, body),
    discoverAgentServices: (id: string) => change<{ items: A.FoundService[] }>("POST", `${agent(id)}/discover`),
    listEnrollmentTokens: (id: string, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<A.EnrollmentToken>>(`${project(id)}/enrollment-tokens`, page(request), signal),
    createEnrollmentToken: (id: string, body: A.CreateEnrollmentTokenRequest) =>
        change<A.CreatedEnrollmentToken>("POST", `${project(id)}/enrollment-tokens`, body),
    revokeEnrollmentToken: (id: string, token: string) =>
        perform("DELETE", `${project(id)}/enrollment-tokens/${segment(token)}`),

    listImages: (category: string, q: string, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<H.ContainerImage>>("images", { category, q, ...page(request) }, signal),
    createImage: (body: H.CreateImageRequest) => change<H.ContainerImage>("POST", "images", body),
    updateImage: (id: string, body: Partial<Omit<H.CreateImageRequest, "category" | "reference">>) =>
        change<H.ContainerImage>("PATCH", image(id), body),
    deleteImage: (id: string) => perform("DELETE", image(id)),
    checkImage: (id: string) => change<H.ImageCheck>("POST", `${image(id)}/check`),
    listRegistries: (request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<H.ImageRegistry>>("registries", page(request), signal),
    createRegistry: (body: H.CreateRegistryRequest) => change<H.ImageRegistry>("POST", "registries", body),
    updateRegistry: (id: string, body: Partial<Omit<H.CreateRegistryRequest, "address">>) =>
        change<H.ImageRegistry>("PATCH", registry(id), body),
    deleteRegistry: (id: string) => perform("DELETE", registry(id)),
    checkNewRegistry: (body: H.CreateRegistryRequest) => change<H.RegistryCheck>("POST", "registries/check", body),
    checkRegistry: (id: string) => change<H.RegistryCheck>("POST", `${registry(id)}/check`),
    listWorkloadDefaults: (signal?: AbortSignal) =>
        read<{ items: H.WorkloadDefaults[] }>("workload-defaults", {}, signal),
    putWorkloadDefaults: (category: T.ServiceCategory, settings: H.WorkloadSettings) =>
        change<H.WorkloadDefaults>("PUT", `workload-defaults/${category}`, settings),

    listTags: (id: string, q: string, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.Tag>>(`${project(id)}/tags`, { q, ...page(request) }, signal),
    createTag: (id: string, name: string) => change<T.Tag>("POST", `${project(id)}/tags`, { name }),
    renameTag: (id: string, tag: string, name: string) =>
        change<T.Tag>("PATCH", `${project(id)}/tags/${segment(tag)}`, { name }),
    deleteTag: (id: string, tag: string) => perform("DELETE", `${project(id)}/tags/${segment(tag)}`),

    listAudit: (filter: T.AuditFilter, request: T.PageRequest, signal?: AbortSignal) =>
        read<T.Page<T.AuditEntry>>("audit", { ...filter, ...page(request) }, signal),
    exportServices: async (id: string, ids: string[], signal?: AbortSignal) =>
        (await send("GET", `${project(id)}/services/export`, { query: { id: ids }, signal, patience: 120_000 })).text(),
};

/** Places of the API that the browser itself goes to. */
export const places = {
    exportServices: (id: string, filter: T.ServiceFilter) => address(`${project(id)}/services/export`, { ...filter }),
    importServices: (id: string) => address(`${project(id)}/services/import`),
    streamProjectEvents: (id: string) => address(`${project(id)}/events`),
    streamBatchEvents: (id: string) => address(`${batch(id)}/events`),
    serviceLogs: (id: string, tail: number, follow: boolean) => address(`${service(id)}/logs`, { tail, follow }),
    openService: (id: string) => address(`${service(id)}/open`),
    proxyService: (id: string, path: string) => `${address(`${service(id)}/proxy/`)}${path.replace(/^\/+/, "")}`,
    edgePublicKey: address("keys/edge.pub"),
};
