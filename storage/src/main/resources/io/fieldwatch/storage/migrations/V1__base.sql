-- What every city has. The tables of the kinds are made from the catalogue, after this.
-- All can be done again: what a migration did and that it did are two transactions, and a crash may come between them.

CREATE TABLE IF NOT EXISTS fieldwatch.device (
    id           int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    external_id  text NOT NULL,
    kind         text NOT NULL,
    name         text,
    area         text,
    lat          double precision,
    lon          double precision,
    first_seen   timestamptz NOT NULL DEFAULT now(),
    described_at timestamptz,
    UNIQUE (kind, external_id)
);
COMMENT ON TABLE fieldwatch.device IS 'Every device that was ever heard of';
COMMENT ON COLUMN fieldwatch.device.id IS 'The device_id of observations and alerts';
COMMENT ON COLUMN fieldwatch.device.external_id IS 'The device''s name in topics and payloads';
COMMENT ON COLUMN fieldwatch.device.kind IS 'The kind''s name in the catalogue';
COMMENT ON COLUMN fieldwatch.device.name IS 'For people';
COMMENT ON COLUMN fieldwatch.device.area IS 'The ward or commune it stands in';
COMMENT ON COLUMN fieldwatch.device.lat IS 'Degrees north, WGS 84';
COMMENT ON COLUMN fieldwatch.device.lon IS 'Degrees east, WGS 84';
COMMENT ON COLUMN fieldwatch.device.first_seen IS 'When the registry first knew of it';
COMMENT ON COLUMN fieldwatch.device.described_at IS 'When name, area or position last changed';

CREATE TABLE IF NOT EXISTS fieldwatch.quarantine (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time    timestamptz NOT NULL,
    source  text NOT NULL,
    topic   text NOT NULL,
    payload bytea NOT NULL,
    reason  text NOT NULL,
    detail  text NOT NULL
);
CREATE INDEX IF NOT EXISTS quarantine_time ON fieldwatch.quarantine (time);
COMMENT ON TABLE fieldwatch.quarantine IS 'Input that could not be stored as an observation, as it came';
COMMENT ON COLUMN fieldwatch.quarantine.time IS 'When it arrived';
COMMENT ON COLUMN fieldwatch.quarantine.source IS 'Who sent it, or "storage" when it was refused while storing';
COMMENT ON COLUMN fieldwatch.quarantine.topic IS 'Where it was sent, or the topic it would have on the native protocol';
COMMENT ON COLUMN fieldwatch.quarantine.payload IS 'The bytes; convert_from(payload, ''UTF8'') shows JSON';
COMMENT ON COLUMN fieldwatch.quarantine.reason IS 'A reason code, such as CONFLICT or UNKNOWN_PROPERTY';
COMMENT ON COLUMN fieldwatch.quarantine.detail IS 'What exactly was wrong';

CREATE TABLE IF NOT EXISTS fieldwatch.log_position (
    log_id        uuid NOT NULL,
    reader        text NOT NULL,
    from_position bigint NOT NULL,
    to_position   bigint NOT NULL,
    committed_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log_id, reader, from_position),
    CHECK (from_position < to_position)
);
COMMENT ON TABLE fieldwatch.log_position IS
    'The ranges of each log whose effects are in this database; written in the transaction that has the effects';
COMMENT ON COLUMN fieldwatch.log_position.log_id IS 'The log; a log on a new disk has a new id';
COMMENT ON COLUMN fieldwatch.log_position.reader IS 'Which reader of that log';
COMMENT ON COLUMN fieldwatch.log_position.from_position IS 'First byte of the range';
COMMENT ON COLUMN fieldwatch.log_position.to_position IS 'First byte behind the range';

CREATE TABLE IF NOT EXISTS fieldwatch.alert (
    id              text PRIMARY KEY,
    version         int NOT NULL,
    rule_id         text NOT NULL,
    priority        text NOT NULL,
    state           text NOT NULL,
    message_vi      text NOT NULL,
    message_en      text NOT NULL,
    device_id       int NOT NULL REFERENCES fieldwatch.device (id),
    device_number   int NOT NULL,
    kind            text NOT NULL,
    external_id     text NOT NULL,
    device_name     text,
    area            text,
    lat             double precision,
    lon             double precision,
    property        text NOT NULL,
    value           double precision,
    limit_value     double precision NOT NULL,
    unit            text NOT NULL,
    raised_at       timestamptz NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text,
    cleared_at      timestamptz
);
CREATE INDEX IF NOT EXISTS alert_raised_at ON fieldwatch.alert (raised_at);
CREATE INDEX IF NOT EXISTS alert_device_id ON fieldwatch.alert (device_id, raised_at);
COMMENT ON TABLE fieldwatch.alert IS 'Every alert as it stands after its latest transition';
COMMENT ON COLUMN fieldwatch.alert.version IS '1 when raised, one more with each transition';
COMMENT ON COLUMN fieldwatch.alert.priority IS 'P1 (critical) to P5 (information)';
COMMENT ON COLUMN fieldwatch.alert.state IS 'UNACKNOWLEDGED, ACKNOWLEDGED, CLEARED_UNACKNOWLEDGED or CLOSED';
COMMENT ON COLUMN fieldwatch.alert.device_number IS 'The observation log''s own number of the device';
COMMENT ON COLUMN fieldwatch.alert.property IS 'What the rule watches; empty for a rule about silence';
COMMENT ON COLUMN fieldwatch.alert.value IS 'The property when the alert was raised; null for a rule about silence';
COMMENT ON COLUMN fieldwatch.alert.limit_value IS 'The rule''s limit; for a rule about silence the seconds allowed';
COMMENT ON COLUMN fieldwatch.alert.raised_at IS 'Event time at which the on-delay was over';

CREATE TABLE IF NOT EXISTS fieldwatch.alert_event (
    id        text PRIMARY KEY,
    alert_id  text NOT NULL REFERENCES fieldwatch.alert (id),
    type      text NOT NULL,
    time      timestamptz NOT NULL,
    version   int NOT NULL,
    user_name text,
    note      text
);
CREATE INDEX IF NOT EXISTS alert_event_alert_id ON fieldwatch.alert_event (alert_id, version);
CREATE INDEX IF NOT EXISTS alert_event_time ON fieldwatch.alert_event (time);
COMMENT ON TABLE fieldwatch.alert_event IS 'Every transition of every alert';
COMMENT ON COLUMN fieldwatch.alert_event.type IS 'RAISED, ACKNOWLEDGED or CLEARED';
COMMENT ON COLUMN fieldwatch.alert_event.time IS 'Event time when a rule did it, wall time when an operator did';
COMMENT ON COLUMN fieldwatch.alert_event.version IS 'The alert''s version after it';
COMMENT ON COLUMN fieldwatch.alert_event.user_name IS 'Who did it; null when a rule did';
COMMENT ON COLUMN fieldwatch.alert_event.note IS 'Why, in the operator''s words';
