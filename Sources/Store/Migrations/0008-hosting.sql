-- Hosts, what services on them are made from, and what is to run there.
CREATE TABLE host (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('docker')),
    address TEXT NOT NULL,
    service_address TEXT NOT NULL,
    description TEXT NOT NULL,
    allow_unencrypted BIGINT NOT NULL,
    -- Certificates and key, sealed; which of them are there is said beside.
    sealed_tls TEXT,
    has_authority BIGINT NOT NULL,
    has_client_certificate BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('online', 'offline', 'unknown')),
    status_reason TEXT NOT NULL,
    status_since BIGINT,
    -- What the engine said of itself, JSON.
    engine TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX host_name ON host (project_id, name);

CREATE TABLE workload (
    service_id TEXT NOT NULL PRIMARY KEY REFERENCES service (id) ON DELETE CASCADE,
    host_id TEXT NOT NULL REFERENCES host (id),
    image TEXT NOT NULL,
    digest TEXT,
    desired TEXT NOT NULL CHECK (desired IN ('running', 'stopped')),
    -- Complete, JSON.
    settings TEXT NOT NULL,
    revision TEXT NOT NULL,
    -- Whether the platform's public key is put into it.
    takes_key BIGINT NOT NULL,
    -- What was last seen of it, JSON; NULL when nothing was.
    container TEXT,
    -- How that differs from what was asked for, for a person.
    drift TEXT
);
CREATE INDEX workload_host ON workload (host_id, service_id);
CREATE INDEX workload_drift ON workload (service_id) WHERE drift IS NOT NULL;

-- Ports of hosts that services of ours have: nobody gets one twice.
CREATE TABLE host_port (
    host_id TEXT NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    protocol TEXT NOT NULL CHECK (protocol IN ('tcp', 'udp')),
    port BIGINT NOT NULL,
    service_id TEXT NOT NULL,
    PRIMARY KEY (host_id, protocol, port)
);
CREATE INDEX host_port_service ON host_port (service_id);

-- Containers that are to go as soon as their host answers again: what failed or was given up while it did not.
CREATE TABLE workload_removal (
    host_id TEXT NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    service_id TEXT NOT NULL,
    with_volumes BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (host_id, service_id)
);

CREATE TABLE container_image (
    id TEXT NOT NULL PRIMARY KEY,
    category TEXT NOT NULL,
    reference TEXT NOT NULL,
    version TEXT NOT NULL,
    is_default BIGINT NOT NULL,
    description TEXT NOT NULL,
    digest TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX container_image_reference ON container_image (category, reference);
CREATE UNIQUE INDEX container_image_default ON container_image (category) WHERE is_default = 1;

CREATE TABLE image_registry (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    username TEXT,
    sealed_password TEXT,
    plain_http BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX image_registry_name ON image_registry (name);
CREATE UNIQUE INDEX image_registry_address ON image_registry (address);

CREATE TABLE workload_defaults (
    category TEXT NOT NULL PRIMARY KEY,
    settings TEXT NOT NULL
);

-- Where a target of a batch is, and what an attempt at it wants the next one to know.
ALTER TABLE batch_item ADD COLUMN host_id TEXT;
ALTER TABLE batch_item ADD COLUMN host_name TEXT;
ALTER TABLE batch_item ADD COLUMN memo TEXT;
-- 1: its last attempt was to take back what had been done.
ALTER TABLE batch_item ADD COLUMN undoing BIGINT NOT NULL DEFAULT 0;
