import Fleet

/// What a connection to the server is made with.
struct PostgresSettings: Sendable {
    private static let idleLimit = Duration.seconds(10)

    let url: String
    let statementLimit: Duration
    /// Whole seconds, at least 2 (libpq's own minimum).
    let connectLimit: Duration

    init(url: String, options: DatabaseOptions) {
        self.url = url
        statementLimit = options.statementLimit
        connectLimit = max(.seconds(2), options.waitLimit)
    }

    /// Key words for `PQconnectdbParams`. What the URL says overrides those before it and yields to those after it.
    var parameters: [(keyword: String, value: String)] {
        [
            ("fallback_application_name", "edgewright"),
            ("connect_timeout", "\(connectLimit.components.seconds)"),
            // A server that vanished without a word is noticed after 30 s, or 60 s when nothing is under way.
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
            ("dbname", url),
            ("client_encoding", "UTF8"),
        ]
    }

    /// Sent when the connection stands: as start-up options, poolers such as PgBouncer would refuse them.
    ///
    /// JIT compilation costs more than the short statements of ours take. A transaction whose process hangs must not
    /// keep its locks, as all changes of the platform wait for them; between two statements ours only compute. A plan that
    /// was made when a table was small must not be kept while it grows. A cursor's rows are always fetched to the last one.
    var preparation: String {
        let limit = statementLimit.wholeMilliseconds
        return """
            SET statement_timeout = \(limit); SET lock_timeout = \(limit);
            SET idle_in_transaction_session_timeout = \(Self.idleLimit.wholeMilliseconds);
            SET jit = off; SET plan_cache_mode = force_custom_plan; SET cursor_tuple_fraction = 1;
            SET extra_float_digits = 1; SET timezone = 'UTC'
            """
    }
}
