// What somebody may do, by the permission table of the platform. The platform decides; this only hides what it would
// refuse.
import type { Me, Role } from "../api/types";

export type Permission =
    | "createOrganizations"
    | "editSettings"
    | "editOrganization"
    | "createProjects"
    | "editOrganizationMembers"
    | "viewOrganizationMembers"
    | "editProject"
    | "editProjectMembers"
    | "editUsers"
    | "viewAudit"
    | "editServices"
    | "writeThroughTunnel"
    | "viewServices"
    | "viewProjectMembers";

const ranks: Record<Role, number> = { user: 0, projectAdmin: 1, orgAdmin: 2, systemAdmin: 3 };

const least: Record<Permission, Role> = {
    createOrganizations: "systemAdmin",
    editSettings: "systemAdmin",
    editOrganization: "orgAdmin",
    createProjects: "orgAdmin",
    editOrganizationMembers: "orgAdmin",
    viewOrganizationMembers: "orgAdmin",
    editProject: "projectAdmin",
    editProjectMembers: "projectAdmin",
    editUsers: "projectAdmin",
    viewAudit: "projectAdmin",
    editServices: "projectAdmin",
    writeThroughTunnel: "projectAdmin",
    viewServices: "user",
    viewProjectMembers: "user",
};

export interface Scope {
    orgId?: string;
    projectId?: string;
}

/** The greatest role held where `scope` is; anywhere, when it is empty. */
export function roleIn(me: Me, scope: Scope): Role | undefined {
    if (me.user.systemAdmin) return "systemAdmin";
    let best: Role | undefined;
    for (const { scope: held, role } of me.grants) {
        const holds =
            (scope.orgId === undefined && scope.projectId === undefined) ||
            (held.projectId === undefined ? held.orgId === scope.orgId : held.projectId === scope.projectId);
        if (holds && (best === undefined || ranks[role] > ranks[best])) best = role;
    }
    return best;
}

export function permits(me: Me, permission: Permission, scope: Scope = {}): boolean {
    const role = roleIn(me, scope);
    return role !== undefined && ranks[role] >= ranks[least[permission]];
}
