-- Bulk changes: one row a batch, one row a target.
CREATE TABLE batch (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('pending', 'running', 'paused', 'succeeded', 'failed', 'cancelled', 'rolledBack')),
    direction TEXT NOT NULL CHECK (direction IN ('forward', 'back')),
    -- Why it is where it is, for a person.
    reason TEXT NOT NULL,
    parameters TEXT NOT NULL,
    policy TEXT NOT NULL,
    total BIGINT NOT NULL,
    wave_count BIGINT NOT NULL,
    current_wave BIGINT NOT NULL,
    gate_since BIGINT,
    -- Failures that a person has seen and gone on after: of the whole batch, and of the current wave.
    tolerated BIGINT NOT NULL,
    tolerated_in_wave BIGINT NOT NULL,
    -- Whose rights it has. Kept by value: the account may go, what was done stays.
    user_id TEXT NOT NULL,
    user_email TEXT NOT NULL,
    -- Counts the changes, so that who watches sees whether there was one.
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    -- The process that carries it out, and until when the others leave it alone.
    holder TEXT,
    held_until BIGINT
);
CREATE INDEX batch_project ON batch (project_id, id);
CREATE INDEX batch_open ON batch (id) WHERE state IN ('pending', 'running');

CREATE TABLE batch_item (
    batch_id TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    -- Not a reference: the service may be what is deleted.
    service_id TEXT NOT NULL,
    name TEXT NOT NULL,
    wave BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('pending', 'waiting', 'running', 'succeeded', 'failed', 'skipped', 'cancelled', 'rolledBack')),
    waiting TEXT CHECK (waiting IN ('offline', 'busy', 'retry')),
    reason TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    not_before BIGINT,
    started_at BIGINT,
    finished_at BIGINT,
    PRIMARY KEY (batch_id, position)
);
CREATE INDEX batch_item_by_state ON batch_item (batch_id, state, position);

-- Who works on a service: two batches never do at once.
CREATE TABLE service_claim (
    service_id TEXT NOT NULL PRIMARY KEY,
    batch_id TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE
);
CREATE INDEX service_claim_batch ON service_claim (batch_id);
