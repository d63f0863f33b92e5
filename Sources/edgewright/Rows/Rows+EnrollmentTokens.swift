import Fleet

extension EnrollmentToken: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<EnrollmentToken>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("state", style: { $0.state == .active ? .good : .faint }, { $0.state.rawValue }),
            .slim("uses") { "\($0.uses) of \($0.maximumUses)" },
            .slim("expiresAt") { $0.expiresAt.short },
            .slim("adoptsOffers") { $0.adoptsOffers ? "yes" : "" },
            .full("tags") { $0.tags.joined(separator: ";") },
            .full("lastUsedAt") { $0.lastUsedAt?.short ?? "" },
            .full("revokedAt") { $0.revokedAt?.short ?? "" },
            .full("createdAt") { $0.createdAt.short },
            .full("createdBy") { $0.createdBy },
            .full("projectId") { $0.projectId.rawValue },
        ]
    }
}

extension CreatedEnrollmentToken: Listed {
    /// The secret, because that is what a script made the token for.
    var listName: String { token }

    /// Its commands are too long for a column; they are printed below.
    static var columns: [Column<CreatedEnrollmentToken>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("token") { $0.token },
            .slim("expiresAt") { $0.expiresAt.short },
            .slim("uses") { "\($0.maximumUses)" },
        ]
    }
}
