-- Who writes a log's observations now: a number that grows each time somebody begins to. A transaction that was begun
-- under an older number cannot commit its range any more, however late the server gets round to it.

CREATE TABLE IF NOT EXISTS fieldwatch.log_reader (
    log_id uuid NOT NULL,
    reader text NOT NULL,
    epoch  bigint NOT NULL,
    PRIMARY KEY (log_id, reader)
);
COMMENT ON TABLE fieldwatch.log_reader IS
    'How many times a reader of a log has begun or begun again; only the latest one may commit';
COMMENT ON COLUMN fieldwatch.log_reader.epoch IS 'Grows by one with each beginning';
