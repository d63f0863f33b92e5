-- Edge services, their tags, and what they last said about themselves.

CREATE TABLE service (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id),
    name TEXT NOT NULL CHECK (name <> ''),
    category TEXT NOT NULL CHECK (category IN ('neuronex', 'neuron', 'ekuiper', 'custom')),
    mode TEXT NOT NULL CHECK (mode IN ('managed', 'hosted')),
    connection TEXT NOT NULL CHECK (connection IN ('direct', 'agent')),
    endpoint TEXT NOT NULL CHECK (endpoint <> ''),
    verify_tls BIGINT NOT NULL CHECK (verify_tls IN (0, 1)),
    health_path TEXT,
    auth_kind TEXT NOT NULL CHECK (auth_kind IN ('none', 'jwt', 'password')),
    auth_username TEXT,
    auth_sealed_password TEXT,
    description TEXT NOT NULL,
    -- Name and endpoint in lower case, for the search box.
    search_text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- Last seen state; written when it changes, `last_seen` in batches.
    status TEXT NOT NULL CHECK (status IN ('online', 'offline', 'unknown')),
    status_reason TEXT NOT NULL,
    status_since BIGINT NOT NULL,
    version TEXT NOT NULL,
    last_seen BIGINT,
    CHECK (auth_kind <> 'password' OR (auth_username IS NOT NULL AND auth_sealed_password IS NOT NULL))
);
-- Each index ends in the id, so that every order of the list is total and a page begins where the last one ended.
CREATE UNIQUE INDEX service_name ON service (project_id, name);
CREATE UNIQUE INDEX service_endpoint ON service (project_id, endpoint);
CREATE INDEX service_by_category ON service (project_id, category, id);
CREATE INDEX service_by_status ON service (project_id, status, id);
CREATE INDEX service_by_status_since ON service (project_id, status_since, id);
CREATE INDEX service_by_version ON service (project_id, version, id);
CREATE INDEX service_by_created_at ON service (project_id, created_at, id);
CREATE INDEX service_updated_at ON service (updated_at);

CREATE TABLE tag (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tag_name ON tag (project_id, name);

-- The service's name stands here a second time so that "services with this tag, by name" is one walk of one index.
CREATE TABLE service_tag (
    service_id TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    tag_id TEXT NOT NULL REFERENCES tag (id),
    service_name TEXT NOT NULL,
    PRIMARY KEY (service_id, tag_id)
);
CREATE INDEX service_tag_by_name ON service_tag (tag_id, service_name, service_id);

-- Slim counters for the overview, apart from the bulky report.
CREATE TABLE service_statistics (
    service_id TEXT NOT NULL PRIMARY KEY REFERENCES service (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL,
    south_total BIGINT NOT NULL,
    south_running BIGINT NOT NULL,
    south_connected BIGINT NOT NULL,
    south_abnormal BIGINT NOT NULL,
    north_total BIGINT NOT NULL,
    north_running BIGINT NOT NULL,
    north_connected BIGINT NOT NULL,
    north_abnormal BIGINT NOT NULL,
    rules_total BIGINT NOT NULL,
    rules_running BIGINT NOT NULL,
    tags_allocated BIGINT NOT NULL,
    tags_used BIGINT NOT NULL,
    records_in BIGINT NOT NULL,
    records_out BIGINT NOT NULL
);
CREATE INDEX service_statistics_project ON service_statistics (project_id);

CREATE TABLE service_report (
    service_id TEXT NOT NULL PRIMARY KEY REFERENCES service (id) ON DELETE CASCADE,
    reported_at BIGINT NOT NULL,
    report TEXT NOT NULL
);

-- A service's own page: one-time tickets and the sessions they become. Secrets as SHA-256 only.
CREATE TABLE page_session (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('ticket', 'session')),
    service_id TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX page_session_service ON page_session (service_id);
CREATE INDEX page_session_user ON page_session (user_id);
CREATE INDEX page_session_expiry ON page_session (expires_at);
