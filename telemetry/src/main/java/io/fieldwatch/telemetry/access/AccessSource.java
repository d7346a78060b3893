package io.fieldwatch.telemetry.access;

/** Where the endpoint learns who may publish. Thread-safe; never waits. */
public interface AccessSource {

    /** A source without anybody: all who must say who they are, are refused. */
    AccessSource NOBODY = new AccessSource() {

        @Override
        public AccessList current() {
            return AccessList.EMPTY;
        }

        @Override
        public void onChange(Runnable listener) {
            // Nothing ever changes.
        }
    };

    AccessList current();

    /** Has the listener run, on a thread of the source, each time {@link #current} has become another one. */
    void onChange(Runnable listener);
}
