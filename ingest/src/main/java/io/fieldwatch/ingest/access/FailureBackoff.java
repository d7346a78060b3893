package io.fieldwatch.ingest.access;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Whoever fails again and again has to wait, longer each time: by address and username together, so that a stranger cannot
 * lock a device out from elsewhere, and by address alone after many more failures, so that trying one name after the other
 * does not help. Bounded: the entries not used for the longest time go. Thread-safe.
 */
final class FailureBackoff {

    private static final int ENTRIES_MAX = 16_384;
    private static final int PAIR_FAILURES_FREE = 5;
    private static final int ADDRESS_FAILURES_FREE = 100;
    private static final long WAIT_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);
    private static final long WAIT_NANOS_MAX = TimeUnit.MINUTES.toNanos(5);
    private static final int DOUBLINGS_MAX = 9;
    /** After so long without a failure the ones before do not count. */
    private static final long FORGOTTEN_NANOS = 2 * WAIT_NANOS_MAX;

    private record Key(InetAddress address, String username) {}

    private static final class Failures {
        private int count;
        private long untilNanos;
        private long lastNanos;
    }

    private final Map<Key, Failures> failures = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Failures> eldest) {
            return size() > ENTRIES_MAX;
        }
    };

    synchronized boolean mayTry(InetAddress address, String username, long nowNanos) {
        return !waits(pair(address, username), nowNanos) && !waits(alone(address), nowNanos);
    }

    synchronized void failed(InetAddress address, String username, long nowNanos) {
        failed(pair(address, username), PAIR_FAILURES_FREE, nowNanos);
        failed(alone(address), ADDRESS_FAILURES_FREE, nowNanos);
    }

    synchronized void succeeded(InetAddress address, String username) {
        failures.remove(pair(address, username));
    }

    synchronized int size() {
        return failures.size();
    }

    private boolean waits(Key key, long nowNanos) {
        Failures known = failures.get(key);
        return known != null && known.untilNanos != 0 && nowNanos - known.untilNanos < 0;
    }

    private void failed(Key key, int free, long nowNanos) {
        Failures known = failures.computeIfAbsent(key, unused -> new Failures());
        boolean isOld = nowNanos - known.lastNanos > FORGOTTEN_NANOS;
        known.count = isOld ? 1 : known.count + 1;
        known.lastNanos = nowNanos;
        int beyond = known.count - free;
        if (beyond >= 0) {
            long wait = WAIT_NANOS_MIN << Math.min(beyond, DOUBLINGS_MAX);
            known.untilNanos = nowNanos + Math.min(wait, WAIT_NANOS_MAX);
        }
    }

    private static Key pair(InetAddress address, String username) {
        return new Key(address, "u" + username);
    }

    private static Key alone(InetAddress address) {
        return new Key(address, "");
    }
}
