-- Who may publish for which devices, and how he proves to be himself.

CREATE TABLE IF NOT EXISTS fieldwatch.device_credential (
    username    text PRIMARY KEY CHECK (username <> ''),
    gateway     boolean NOT NULL,
    certificate boolean NOT NULL DEFAULT false,
    fingerprint text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    revoked_at  timestamptz
);
COMMENT ON TABLE fieldwatch.device_credential IS 'Who may publish; whoever is not here may not';
COMMENT ON COLUMN fieldwatch.device_credential.username IS 'The MQTT user name, or the common name of a client certificate';
COMMENT ON COLUMN fieldwatch.device_credential.gateway IS 'Whether it speaks for devices other than itself';
COMMENT ON COLUMN fieldwatch.device_credential.certificate IS 'Whether a client certificate proves it';
COMMENT ON COLUMN fieldwatch.device_credential.fingerprint IS 'SHA-256 of the one certificate that does; any trusted one when null';
COMMENT ON COLUMN fieldwatch.device_credential.revoked_at IS 'Since when it may not publish any more';

CREATE TABLE IF NOT EXISTS fieldwatch.device_token (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username   text NOT NULL REFERENCES fieldwatch.device_credential (username) ON DELETE CASCADE,
    salt       bytea NOT NULL,
    hash       bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz
);
CREATE INDEX IF NOT EXISTS device_token_username ON fieldwatch.device_token (username);
COMMENT ON TABLE fieldwatch.device_token IS 'Tokens as SHA-256 of salt and token; the tokens themselves are nowhere';

CREATE TABLE IF NOT EXISTS fieldwatch.device_permission (
    username    text NOT NULL REFERENCES fieldwatch.device_credential (username) ON DELETE CASCADE,
    kind        text NOT NULL,
    external_id text NOT NULL,
    PRIMARY KEY (username, kind, external_id)
);
COMMENT ON TABLE fieldwatch.device_permission IS 'The devices a credential may publish for, each named';

CREATE TABLE IF NOT EXISTS fieldwatch.device_credential_event (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time     timestamptz NOT NULL,
    who      text NOT NULL,
    action   text NOT NULL,
    username text NOT NULL,
    previous bytea NOT NULL,
    hash     bytea NOT NULL
);
COMMENT ON TABLE fieldwatch.device_credential_event IS
    'Every change of a credential. Each row has a SHA-256 over itself and the row before, so that none can be altered unseen';
COMMENT ON COLUMN fieldwatch.device_credential_event.who IS 'The user of the operating system who did it';
