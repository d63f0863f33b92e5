-- Agents, what they offer, and who may join.
CREATE TABLE agent (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT REFERENCES project (id),
    state TEXT NOT NULL CHECK (state IN ('unmanaged', 'managed', 'revoked')),
    name TEXT NOT NULL CHECK (name <> ''),
    description TEXT NOT NULL,
    -- Of its public key, which stands beside it in base64.
    fingerprint TEXT NOT NULL,
    public_key TEXT NOT NULL,
    -- Name, description and fingerprint in lower case, for the search box.
    search_text TEXT NOT NULL,
    address TEXT NOT NULL,
    version TEXT NOT NULL,
    system TEXT NOT NULL,
    -- 1 while there is a row of it in agent_connection.
    online BIGINT NOT NULL CHECK (online IN (0, 1)),
    status_since BIGINT,
    last_seen BIGINT,
    bytes_received BIGINT NOT NULL,
    bytes_sent BIGINT NOT NULL,
    clone_address TEXT,
    clone_seen_at BIGINT,
    -- Whether what it offers is added by itself, and with which tags (JSON).
    adopts_offers BIGINT NOT NULL CHECK (adopts_offers IN (0, 1)),
    adopted_tags TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (state <> 'managed' OR project_id IS NOT NULL)
);
CREATE UNIQUE INDEX agent_fingerprint ON agent (fingerprint);
CREATE INDEX agent_by_name ON agent (project_id, name, id);
CREATE INDEX agent_by_online ON agent (project_id, online, name, id);
CREATE INDEX agent_unclaimed ON agent (name, id) WHERE project_id IS NULL;

CREATE TABLE agent_offer (
    agent_id TEXT NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('service', 'docker')),
    category TEXT,
    url TEXT NOT NULL,
    PRIMARY KEY (agent_id, name)
);

-- Which control plane holds connections of an agent. Gone with the control plane: see control_plane.
CREATE TABLE agent_connection (
    agent_id TEXT NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
    holder TEXT NOT NULL,
    -- Of the agent's program, drawn anew at each of its starts: two at a time are a copy of the key.
    instance TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (agent_id, holder)
);
CREATE INDEX agent_connection_holder ON agent_connection (holder);

-- Challenges that were answered: each is good for one proof.
CREATE TABLE agent_proof (
    nonce TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX agent_proof_expiry ON agent_proof (expires_at);

-- Keys of agents that were deleted: an old token does not let them in again.
CREATE TABLE agent_deleted_key (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    deleted_at BIGINT NOT NULL
);

CREATE TABLE enrollment_token (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    secret_hash TEXT NOT NULL,
    adopts_offers BIGINT NOT NULL CHECK (adopts_offers IN (0, 1)),
    tags TEXT NOT NULL,
    maximum_uses BIGINT NOT NULL CHECK (maximum_uses > 0),
    uses BIGINT NOT NULL CHECK (uses >= 0 AND uses <= maximum_uses),
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX enrollment_token_secret ON enrollment_token (secret_hash);
CREATE INDEX enrollment_token_by_project ON enrollment_token (project_id, created_at, id);

-- The control planes on this store, and where the others reach them.
CREATE TABLE control_plane (
    holder TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- What is reached through which agent; part of the endpoint and of the address, again here for the index.
ALTER TABLE service ADD COLUMN agent_id TEXT REFERENCES agent (id);
CREATE INDEX service_by_agent ON service (agent_id, id) WHERE agent_id IS NOT NULL;
ALTER TABLE host ADD COLUMN agent_id TEXT REFERENCES agent (id);
CREATE UNIQUE INDEX host_agent_address ON host (agent_id, address) WHERE agent_id IS NOT NULL;
