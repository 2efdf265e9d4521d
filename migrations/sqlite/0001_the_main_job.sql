-- The main job: services, runbooks, deployments with their runs, people, tokens, the audit log.
-- Times are microseconds since 1970 (UTC); ids are UUIDv7; documents are JSON text.

CREATE TABLE people (
    id            BLOB PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    teams         TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    disabled_at   INTEGER,
    last_login_at INTEGER
);

CREATE TABLE sessions (
    id         TEXT PRIMARY KEY,
    data       TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE tokens (
    id           BLOB PRIMARY KEY,
    name         TEXT NOT NULL,
    prefix       TEXT NOT NULL UNIQUE,
    hash         BLOB NOT NULL,
    scopes       TEXT NOT NULL,
    services     TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    revoked_at   INTEGER,
    last_used_at INTEGER
);

CREATE TABLE idempotency (
    token_id     BLOB NOT NULL,
    key          TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    status       INTEGER NOT NULL,
    body         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (token_id, key)
);
CREATE INDEX idempotency_created_at ON idempotency (created_at);

CREATE TABLE environments (
    slug     TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    position INTEGER NOT NULL
);

CREATE TABLE services (
    id          BLOB PRIMARY KEY,
    slug        TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    owners      TEXT NOT NULL,
    tier        TEXT NOT NULL,
    targets     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
);

CREATE TABLE service_environments (
    service_id  BLOB NOT NULL REFERENCES services (id),
    environment TEXT NOT NULL REFERENCES environments (slug),
    base_url    TEXT,
    PRIMARY KEY (service_id, environment)
);

CREATE TABLE rollback_plans (
    service_id  BLOB NOT NULL REFERENCES services (id),
    environment TEXT NOT NULL REFERENCES environments (slug),
    command     TEXT NOT NULL,
    hook_url    TEXT,
    mode        TEXT NOT NULL,
    rules       TEXT NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (service_id, environment)
);

CREATE TABLE rehearsals (
    id          BLOB PRIMARY KEY,
    service_id  BLOB NOT NULL REFERENCES services (id),
    environment TEXT NOT NULL REFERENCES environments (slug),
    version     TEXT NOT NULL,
    at          INTEGER NOT NULL,
    duration_s  INTEGER NOT NULL,
    worked      BOOLEAN NOT NULL,
    notes       TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
);
CREATE INDEX rehearsals_newest ON rehearsals (service_id, at);

CREATE TABLE releases (
    id              BLOB PRIMARY KEY,
    service_id      BLOB NOT NULL REFERENCES services (id),
    version         TEXT NOT NULL,
    commit_sha      TEXT,
    artifact_digest TEXT,
    notes           TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    UNIQUE (service_id, version)
);

CREATE TABLE runbook_versions (
    id           BLOB PRIMARY KEY,
    slug         TEXT NOT NULL,
    number       INTEGER NOT NULL,
    state        TEXT NOT NULL,
    title        TEXT NOT NULL,
    source       TEXT NOT NULL,
    content      TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    UNIQUE (slug, number)
);

CREATE TABLE deployments (
    id                 BLOB PRIMARY KEY,
    service_id         BLOB NOT NULL REFERENCES services (id),
    environment        TEXT NOT NULL REFERENCES environments (slug),
    release_id         BLOB NOT NULL REFERENCES releases (id),
    version            TEXT NOT NULL,
    kind               TEXT NOT NULL,
    strategy           TEXT NOT NULL,
    state              TEXT NOT NULL,
    verdict            TEXT NOT NULL,
    reason             TEXT NOT NULL,
    open_items         INTEGER NOT NULL,
    required_items     INTEGER NOT NULL,
    deployed_at        INTEGER NOT NULL,
    deployed_by        TEXT NOT NULL,
    deployer_id        BLOB REFERENCES people (id),
    announced_by       TEXT NOT NULL,
    url                TEXT,
    notes              TEXT NOT NULL,
    watch_ends_at      INTEGER NOT NULL,
    runbook_version_id BLOB NOT NULL REFERENCES runbook_versions (id),
    runbook_slug       TEXT NOT NULL,
    runbook_number     INTEGER NOT NULL,
    sign_off_required  TEXT NOT NULL,
    replaces_id        BLOB REFERENCES deployments (id),
    superseded_by_id   BLOB REFERENCES deployments (id),
    closed_at          INTEGER,
    demo               BOOLEAN NOT NULL,
    created_at         INTEGER NOT NULL
);
CREATE INDEX deployments_where ON deployments (service_id, environment, deployed_at);
CREATE INDEX deployments_when ON deployments (deployed_at);
CREATE INDEX deployments_state ON deployments (state, deployed_at);

-- At most one open watch for a service in an environment, whoever announces at the same instant.
CREATE UNIQUE INDEX deployments_one_watch ON deployments (service_id, environment) WHERE state = 'watching';

CREATE TABLE items (
    id                   BLOB PRIMARY KEY,
    deployment_id        BLOB NOT NULL REFERENCES deployments (id),
    position             INTEGER NOT NULL,
    key                  TEXT NOT NULL,
    title                TEXT NOT NULL,
    section              TEXT NOT NULL,
    instructions         TEXT NOT NULL,
    actor                TEXT NOT NULL,
    required             BOOLEAN NOT NULL,
    due_at               INTEGER,
    role                 TEXT,
    probes               TEXT NOT NULL,
    machine_rule         TEXT,
    not_required_because TEXT,
    pushed_word          TEXT,
    pushed_sentence      TEXT,
    pushed_by            TEXT,
    pushed_at            INTEGER,
    machine_word         TEXT,
    machine_sentence     TEXT,
    person_word          TEXT,
    person_name          TEXT,
    person_at            INTEGER,
    person_note          TEXT NOT NULL DEFAULT '',
    state                TEXT NOT NULL,
    reason               TEXT NOT NULL,
    updated_at           INTEGER NOT NULL,
    UNIQUE (deployment_id, key)
);

CREATE TABLE evidence (
    id            BLOB PRIMARY KEY,
    deployment_id BLOB NOT NULL REFERENCES deployments (id),
    item_id       BLOB NOT NULL REFERENCES items (id),
    at            INTEGER NOT NULL,
    source_kind   TEXT NOT NULL,
    source_name   TEXT NOT NULL,
    status        TEXT NOT NULL,
    summary       TEXT NOT NULL,
    url           TEXT,
    started_at    INTEGER,
    finished_at   INTEGER,
    details       TEXT NOT NULL
);
CREATE INDEX evidence_item ON evidence (item_id, at);

CREATE TABLE waivers (
    id            BLOB PRIMARY KEY,
    deployment_id BLOB NOT NULL REFERENCES deployments (id),
    item_id       BLOB NOT NULL REFERENCES items (id),
    approver_id   BLOB NOT NULL REFERENCES people (id),
    approver_name TEXT NOT NULL,
    reason        TEXT NOT NULL,
    granted_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    ended_by      TEXT
);
CREATE INDEX waivers_deployment ON waivers (deployment_id);

CREATE TABLE sign_offs (
    id            BLOB PRIMARY KEY,
    deployment_id BLOB NOT NULL REFERENCES deployments (id),
    person_id     BLOB NOT NULL REFERENCES people (id),
    person_name   TEXT NOT NULL,
    role          TEXT NOT NULL,
    comment       TEXT NOT NULL,
    at            INTEGER NOT NULL,
    UNIQUE (deployment_id, person_id)
);

CREATE TABLE rollbacks (
    deployment_id  BLOB PRIMARY KEY REFERENCES deployments (id),
    reason         TEXT NOT NULL,
    triggered_by   TEXT NOT NULL,
    at             INTEGER NOT NULL,
    target_version TEXT,
    hook_state     TEXT NOT NULL,
    hook_sentence  TEXT NOT NULL,
    hook_at        INTEGER
);

CREATE TABLE checks (
    id          BLOB PRIMARY KEY,
    service_id  BLOB NOT NULL REFERENCES services (id),
    environment TEXT NOT NULL REFERENCES environments (slug),
    key         TEXT NOT NULL,
    label       TEXT NOT NULL,
    spec        TEXT NOT NULL,
    conditions  TEXT NOT NULL,
    interval_s  INTEGER NOT NULL,
    timeout_s   INTEGER NOT NULL,
    item        TEXT,
    critical    BOOLEAN NOT NULL,
    dry_run     BOOLEAN NOT NULL,
    no_data     TEXT NOT NULL,
    built_in    TEXT,
    retired_at  INTEGER,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (service_id, key)
);

CREATE TABLE measurements (
    check_id      BLOB NOT NULL REFERENCES checks (id),
    at            INTEGER NOT NULL,
    deployment_id BLOB REFERENCES deployments (id),
    phase         TEXT NOT NULL,
    duration_ms   REAL NOT NULL,
    value         REAL,
    short         TEXT NOT NULL,
    sentence      TEXT NOT NULL,
    PRIMARY KEY (check_id, at)
) WITHOUT ROWID;

-- What was sent and received: kept for a check's newest measurement and for each at which its phase changed.
CREATE TABLE measurement_evidence (
    check_id BLOB NOT NULL REFERENCES checks (id),
    at       INTEGER NOT NULL,
    turning  BOOLEAN NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (check_id, at)
);

CREATE TABLE lessons (
    id            BLOB PRIMARY KEY,
    service_id    BLOB NOT NULL REFERENCES services (id),
    deployment_id BLOB REFERENCES deployments (id),
    title         TEXT NOT NULL,
    body          TEXT NOT NULL,
    author_name   TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    demo          BOOLEAN NOT NULL
);
CREATE INDEX lessons_when ON lessons (created_at);
CREATE INDEX lessons_deployment ON lessons (deployment_id);

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE audit (
    seq           INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor_kind    TEXT NOT NULL,
    actor_id      BLOB,
    actor_name    TEXT NOT NULL,
    action        TEXT NOT NULL,
    subject_kind  TEXT NOT NULL,
    subject       TEXT NOT NULL,
    deployment_id BLOB,
    sentence      TEXT NOT NULL,
    details       TEXT NOT NULL,
    hash          BLOB NOT NULL
);
CREATE INDEX audit_deployment ON audit (deployment_id, seq);

-- History is append-only, also for the portal itself.
CREATE TRIGGER audit_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END;
CREATE TRIGGER evidence_never_changed BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;
CREATE TRIGGER evidence_never_deleted BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END;
CREATE TRIGGER sign_offs_never_changed BEFORE UPDATE ON sign_offs
BEGIN SELECT RAISE(ABORT, 'sign-offs are never changed'); END;
CREATE TRIGGER sign_offs_never_deleted BEFORE DELETE ON sign_offs
BEGIN SELECT RAISE(ABORT, 'sign-offs are never deleted'); END;
