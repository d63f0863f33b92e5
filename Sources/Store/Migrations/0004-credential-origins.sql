-- A page's session ends with the session or token it was opened with, and has the same limits. The old ones know
-- neither; they last half a day at most.
DROP TABLE page_session;

CREATE TABLE page_session (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('ticket', 'session')),
    service_id TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    session_hash TEXT REFERENCES session (secret_hash) ON DELETE CASCADE,
    token_id TEXT REFERENCES api_token (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    CHECK ((session_hash IS NULL) <> (token_id IS NULL))
);
CREATE INDEX page_session_service ON page_session (service_id);
CREATE INDEX page_session_user ON page_session (user_id);
CREATE INDEX page_session_session ON page_session (session_hash);
CREATE INDEX page_session_token ON page_session (token_id);
CREATE INDEX page_session_expiry ON page_session (expires_at);

-- Where an account was made: only there may an administrator below the system's edit it. Giving an account of elsewhere
-- a role must not make the giver its master.
ALTER TABLE account ADD COLUMN home_org_id TEXT REFERENCES organization (id) ON DELETE SET NULL;
ALTER TABLE account ADD COLUMN home_project_id TEXT REFERENCES project (id) ON DELETE SET NULL;
CREATE INDEX account_home_org ON account (home_org_id);
CREATE INDEX account_home_project ON account (home_project_id);
