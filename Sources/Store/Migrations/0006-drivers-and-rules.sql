-- The drivers and rules of every service, from its report, so that those of a project can be listed by their state.
-- Written when they change only.
CREATE TABLE service_driver (
    service_id TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    project_id TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('south', 'north')),
    state TEXT NOT NULL CHECK (state IN ('connected', 'disconnected', 'notRunning')),
    plugin TEXT,
    PRIMARY KEY (service_id, name)
);
-- The one index for every filter: a list without a direction or a state merges the few ranges that there are.
CREATE INDEX service_driver_by_state ON service_driver (project_id, direction, state, service_id, name);

CREATE TABLE service_rule (
    service_id TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    rule_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'stopped')),
    status TEXT NOT NULL,
    PRIMARY KEY (service_id, rule_id)
);
CREATE INDEX service_rule_by_state ON service_rule (project_id, state, service_id, rule_id);
