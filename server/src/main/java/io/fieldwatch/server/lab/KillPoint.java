package io.fieldwatch.server.lab;

/** When an engine is killed. */
public sealed interface KillPoint {

    /** This long after its process began, while it recovers. */
    record WhileStarting(long millis) implements KillPoint {
        @Override
        public String toString() {
            return "while starting, after " + millis + " ms";
        }
    }

    /** This long after it is ready. */
    record AfterReady(long millis) implements KillPoint {
        @Override
        public String toString() {
            return millis + " ms after it was ready";
        }
    }

    /** When one of its threads is about to make the nth such call, counted from when the tracing begins. */
    record AtCall(Call call, int nth) implements KillPoint {
        @Override
        public String toString() {
            return "before " + call.what + " no. " + nth;
        }
    }

    /** The places between two promises: each is a system call that only certain threads make. */
    enum Call {
        JOURNAL_WRITE("a write of the journal", "fieldwatch-jour", "writev,pwrite64,pwritev", 300),
        JOURNAL_FORCE("a force of the journal", "fieldwatch-jour", "fdatasync,fsync", 300),
        /** The journal's thread wakes the loop that will answer: forced, and not yet acknowledged. */
        JOURNAL_FORCED("telling of a force", "fieldwatch-jour", "write", 300),
        ACKNOWLEDGEMENT("a packet to a device", "mqtt-", "write,writev,sendto,sendmsg", 400),
        STATEMENT("a message to the database", "fieldwatch-stor", "write,sendto", 60),
        /** The last answer of a transaction is the one to its commit: the outcome stays unknown. */
        DATABASE_ANSWER("reading the database's answer", "fieldwatch-stor", "read,recvfrom", 100);

        final String what;
        /** What the names of these threads begin with, 15 characters at most. */
        final String threads;

        final String systemCalls;
        final int nthMax;

        Call(String what, String threads, String systemCalls, int nthMax) {
            this.what = what;
            this.threads = threads;
            this.systemCalls = systemCalls;
            this.nthMax = nthMax;
        }
    }
}
