-- Who there is, and who may do what where.

CREATE TABLE organization (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX organization_name ON organization (name);

CREATE TABLE project (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id),
    name TEXT NOT NULL CHECK (name <> ''),
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX project_name ON project (org_id, name);

CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL CHECK (email <> ''),
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    system_admin BIGINT NOT NULL CHECK (system_admin IN (0, 1)),
    disabled BIGINT NOT NULL CHECK (disabled IN (0, 1)),
    created_at BIGINT NOT NULL,
    last_sign_in_at BIGINT
);
CREATE UNIQUE INDEX account_email ON account (email);

CREATE TABLE organization_grant (
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('orgAdmin')),
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX organization_grant_user ON organization_grant (user_id);

CREATE TABLE project_grant (
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('projectAdmin', 'user')),
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_grant_user ON project_grant (user_id);

-- Secrets are kept as SHA-256 only: they are random enough that nothing slower is needed.
CREATE TABLE session (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    csrf_token TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE api_token (
    id TEXT NOT NULL PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    project_id TEXT REFERENCES project (id) ON DELETE CASCADE,
    read_only BIGINT NOT NULL CHECK (read_only IN (0, 1)),
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT
);
CREATE UNIQUE INDEX api_token_secret ON api_token (secret_hash);
CREATE INDEX api_token_user ON api_token (user_id, id);
CREATE INDEX api_token_project ON api_token (project_id);

-- Key pairs of the platform; the private half is sealed with the sealing key, which is not in here.
CREATE TABLE platform_key (
    name TEXT NOT NULL PRIMARY KEY,
    public_pem TEXT NOT NULL,
    sealed_private_pem TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
