// One method an operation of the public API, by its operationId; the command line's client has the same names.
import { address, change, perform, read, segment, send, type Query } from "./http";
import type * as T from "./types";

const page = (request: T.PageRequest): Query => ({
    limit: request.limit,
    cursor: request.cursor,
    total: request.total === true ? true : undefined,
});
const project = (id: string) => `projects/${segment(id)}`;
const service = (id: string) => `services/${segment(id)}`;
const org = (id: string) => `orgs/${segment(id)}`;
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
    deleteService: (id: string) => perform("DELETE", service(id)),
    changeServiceTags: (id: string, add: string[], remove: string[]) =>
        change<T.EdgeService>("POST", `${service(id)}/tags`, { add, remove }),
    getServiceStatus: (id: string, signal?: AbortSignal) =>
        read<T.ServiceStatusReport>(`${service(id)}/status`, {}, signal),
    probeService: (id: string) => change<T.ServiceStatusReport>("POST", `${service(id)}/probe`),

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
    openService: (id: string) => address(`${service(id)}/open`),
    proxyService: (id: string, path: string) => `${address(`${service(id)}/proxy/`)}${path.replace(/^\/+/, "")}`,
    edgePublicKey: address("keys/edge.pub"),
};
