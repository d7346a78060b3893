-- What became of devices' connections, apart from what they observe.

CREATE TABLE IF NOT EXISTS fieldwatch.device_event (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time      timestamptz NOT NULL,
    device_id int NOT NULL REFERENCES fieldwatch.device (id),
    event     text NOT NULL,
    detail    text NOT NULL
);
CREATE INDEX IF NOT EXISTS device_event_time ON fieldwatch.device_event (time);
CREATE INDEX IF NOT EXISTS device_event_device_id ON fieldwatch.device_event (device_id, time);
COMMENT ON TABLE fieldwatch.device_event IS 'What became of devices'' connections';
COMMENT ON COLUMN fieldwatch.device_event.time IS 'When the server noticed';
COMMENT ON COLUMN fieldwatch.device_event.event IS 'OFFLINE: the connection broke without a goodbye, and the device had left a will';
COMMENT ON COLUMN fieldwatch.device_event.detail IS 'What the device''s will says';
