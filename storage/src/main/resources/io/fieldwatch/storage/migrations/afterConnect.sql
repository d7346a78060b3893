-- A migration that waits for a lock makes all wait who come after it; when it gives up, it is tried again soon.
SET lock_timeout = '5s';
