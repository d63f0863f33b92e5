-- Requests that came with an Idempotency-Key, and what was answered, for a day. A key is of one account and of one of its
-- tokens (or `session`); it is kept as SHA-256. The answer is sealed, for it may hold a secret that is shown once.
CREATE TABLE idempotent_request (
    user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    credential TEXT NOT NULL CHECK (credential <> ''),
    key_hash TEXT NOT NULL,
    -- Of method, path, query and body.
    fingerprint TEXT NOT NULL,
    -- Who of several with the same key carries it out; only that one may change anything.
    attempt TEXT NOT NULL,
    leased_until BIGINT NOT NULL,
    -- Set in the transaction of the change itself.
    carried_out BIGINT NOT NULL CHECK (carried_out IN (0, 1)),
    sealed_answer TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, credential, key_hash)
);
CREATE INDEX idempotent_request_by_age ON idempotent_request (created_at);
CREATE INDEX idempotent_request_by_account ON idempotent_request (user_id, created_at);
