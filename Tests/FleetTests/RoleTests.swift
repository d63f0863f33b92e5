import Testing

@testable import Fleet

@Suite struct RoleTests {
    private let org = Identifier<Organization>(rawValue: "org")
    private let project = Identifier<Project>(rawValue: "project")

    private func principal(_ grants: [Grant], token: Principal.TokenLimits? = nil) -> Principal {
        Principal(userId: Identifier(rawValue: "u"), email: "u@x", isSystemAdmin: false, grants: grants, token: token)
    }

    @Test func `each role has all that the one below it has`() {
        for permission in Permission.allCases {
            let holders = Role.allCases.filter { $0.permits(permission) }
            #expect(holders == Role.allCases.filter { $0 >= permission.leastRole })
        }
    }

    @Test func `an organization's admin administers its projects, a project's admin not the organization`() {
        let orgAdmin = principal([Grant(scope: .organization(org), role: .orgAdmin)])
        let projectAdmin = principal([Grant(scope: .project(project, in: org), role: .projectAdmin)])
        #expect(orgAdmin.may(.editServices, on: .project(project, of: org)))
        #expect(projectAdmin.may(.editServices, on: .project(project, of: org)))
        #expect(!projectAdmin.may(.editOrganization, on: .organization(org)))
        #expect(!projectAdmin.may(.viewProject, on: .project(Identifier(rawValue: "other"), of: org)))
        #expect(!orgAdmin.may(.createOrganizations, on: .platform))
    }

    @Test func `a token never has more than its owner, and less where it is limited`() {
        let grants = [Grant(scope: .organization(org), role: .orgAdmin)]
        let limits = Principal.TokenLimits(
            APIToken(
                id: Identifier(rawValue: "t"), name: "t", projectId: project, readOnly: true,
                createdAt: Timestamp(milliseconds: 0), expiresAt: nil, lastUsedAt: nil))
        let limited = principal(grants, token: limits)
        #expect(limited.may(.viewServices, on: .project(project, of: org)))
        #expect(!limited.may(.editServices, on: .project(project, of: org)))
        #expect(!limited.may(.viewServices, on: .project(Identifier(rawValue: "other"), of: org)))
        #expect(!limited.may(.viewOrganization, on: .organization(org)))
    }
}
