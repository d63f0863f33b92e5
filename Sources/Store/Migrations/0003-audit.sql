-- The audit log: append-only, each entry's hash covering the one before it.

CREATE TABLE audit (
    sequence BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    at BIGINT NOT NULL,
    type TEXT NOT NULL,
    operation TEXT NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('succeeded', 'failed', 'denied')),
    actor_id TEXT,
    actor_email TEXT NOT NULL,
    token_id TEXT,
    address TEXT NOT NULL,
    target_type TEXT NOT NULL,
    target_id TEXT NOT NULL,
    target_name TEXT NOT NULL,
    org_id TEXT,
    project_id TEXT,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_org ON audit (org_id, sequence);
CREATE INDEX audit_by_project ON audit (project_id, sequence);
CREATE INDEX audit_by_target ON audit (target_id, sequence);
CREATE INDEX audit_by_operation ON audit (operation, sequence);
CREATE INDEX audit_by_at ON audit (at);

-- One row, locked while an entry is appended; also tells when the end of the chain was cut off.
CREATE TABLE audit_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, '');

-- Work that only one process of several may do at a time.
CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
