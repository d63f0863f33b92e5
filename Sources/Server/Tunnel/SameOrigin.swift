import Fleet
import HTTPTypes

/// Keeps pages of other origins from acting with a user's cookie: by WebSocket, which the same-origin policy does not
/// bind, and towards services' pages, which are all of one site, so that `SameSite` does not part them.
enum SameOrigin {
    /// - Throws: `.permissionDenied` when a browser says that a page of another origin asks. What is no browser says
    ///   nothing, and has no cookie either.
    static func check(_ head: HTTPRequest, _ asked: RequestOrigin) throws {
        // The more exact of the two, where there is one: `Origin` is null for forms of pages that hide where they are.
        if let site = head.headerFields[.secFetchSite] {
            guard site == "same-origin" || site == "none" else { throw refusal }
        } else if let origin = head.headerFields[.origin] {
            let host = origin.split(separator: "://", maxSplits: 1).last.map(String.init)
            guard origin.contains("://"), host?.lowercased() == asked.authority.lowercased() else { throw refusal }
        }
    }

    private static let refusal = EdgewrightError(.permissionDenied, "This was asked for by a page of another origin.")
}
