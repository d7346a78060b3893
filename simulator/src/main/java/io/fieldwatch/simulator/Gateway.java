package io.fieldwatch.simulator;

import io.fieldwatch.simulator.city.CityDevice;
import io.fieldwatch.simulator.city.ObservationWriter;
import io.fieldwatch.simulator.ledger.Ledger;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A site's gateway: a few devices behind one MQTT connection, and the thread that keeps both going.
 *
 * <p>A message stays here until it is acknowledged; each new connection first sends again, byte for byte, what is
 * still unacknowledged. At most {@link #WINDOW} messages are on their way; the rest waits in the schedule, which costs no
 * memory.
 */
final class Gateway implements Runnable {

    /** Messages on their way, per connection. */
    static final int WINDOW = 100;

    static final int CONNECT_SECONDS = 10;
    static final int KEEP_ALIVE_SECONDS = 30;
    static final int CLOSE_MILLIS = 2000;
    private static final long FULL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    private final Connection.Link link;
    private final List<CityDevice> devices;
    private final ObservationWriter writer;
    private final Schedule schedule;
    private final @Nullable Ledger ledger;
    private final Clock clock;
    private final long startNanos;
    private final MetricSet<SimulatorMetric> metrics;
    private final long retryMillisMax;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // guarded by lock
    private final TreeMap<Long, Message> unacked = new TreeMap<>();
    private boolean stopping;
    private long giveUpNanos = Long.MAX_VALUE;

    private volatile @Nullable IOException failure;
    private volatile boolean connected;
    private volatile long nextDueNanos;
    // this thread's own
    private long nextNumber;
    private int connections;

    /** What all gateways of a simulation share. */
    record Shared(Clock clock, long startNanos, @Nullable Ledger ledger, MetricSet<SimulatorMetric> metrics) {}

    Gateway(
            Connection.Link link,
            List<CityDevice> devices,
            ObservationWriter writer,
            Schedule schedule,
            Shared shared,
            long retryMillisMax) {
        this.link = link;
        this.devices = devices;
        this.writer = writer;
        this.schedule = schedule;
        this.ledger = shared.ledger();
        this.clock = shared.clock();
        this.startNanos = shared.startNanos();
        this.metrics = shared.metrics();
        this.retryMillisMax = retryMillisMax;
        this.nextDueNanos = schedule.dueNanos();
    }

    @Override
    public void run() {
        long retryMillis = Gateways.RECONNECT_MILLIS_MIN;
        while (!finished()) {
            Session current = new Session();
            Connection connection = connect(current);
            if (connection == null) {
                pause(retryMillis);
                retryMillis = Math.min(retryMillisMax, retryMillis * 2);
                continue;
            }
            retryMillis = Gateways.RECONNECT_MILLIS_MIN;
            connected = true;
            try {
                serve(current, connection);
            } catch (IOException e) {
                log.info("connection lost, {} messages to send again: {}", unackedMessages(), reason(e));
            } finally {
                connected = false;
                connection.close();
            }
        }
    }

    /** Publishes nothing new; the thread ends when all is acknowledged or the time is up. */
    void stop(long giveUpAtNanos) {
        lock.lock();
        try {
            stopping = true;
            giveUpNanos = giveUpAtNanos;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean connected() {
        return connected;
    }

    /** How far the next message is overdue, in nanoseconds; 0 when it is not. */
    long lateNanos() {
        long due = nextDueNanos;
        return due == Long.MAX_VALUE ? 0 : Math.max(0, clock.nanos() - startNanos - due);
    }

    /** Why this gateway gave up: its ledger cannot be written. */
    @Nullable
    IOException failure() {
        return failure;
    }

    private @Nullable Connection connect(Session current) {
        try {
            Connection connection = link.open(current);
            if (connections++ > 0) {
                metrics.add(SimulatorMetric.RECONNECTS, 1);
            }
            return connection;
        } catch (IOException e) {
            log.debug("cannot connect: {}", reason(e));
            return null;
        }
    }

    private void serve(Session current, Connection connection) throws IOException {
        ArrayDeque<Message> first = new ArrayDeque<>();
        for (CityDevice device : devices) {
            first.add(new Message(nextNumber++, topic(device) + "/about", writer.about(device), -1, 0));
        }
        lock.lock();
        try {
            first.addAll(unacked.values());
        } finally {
            lock.unlock();
        }
        while (true) {
            Message message = first.peek();
            switch (await(current, connection.window(), message == null)) {
                case DONE -> {
                    return;
                }
                case LOST -> throw new IOException("connection lost", current.cause);
                case SEND -> {
                    if (message == null) {
                        message = compose();
                        first.add(message);
                    }
                    if (send(current, connection, message)) {
                        Message sent = first.remove();
                        log.trace("sent {}", sent.number());
                    }
                }
            }
        }
    }

    private enum Turn {
        SEND,
        LOST,
        DONE
    }

    /** Waits until there is something to do. */
    private Turn await(Session current, int window, boolean onlyScheduled) {
        lock.lock();
        try {
            while (true) {
                if (done(onlyScheduled)) {
                    return Turn.DONE;
                }
                if (current.lost) {
                    return Turn.LOST;
                }
                long now = clock.nanos();
                long wait = stopping ? giveUpNanos - now : Long.MAX_VALUE;
                if (current.inFlight < window) {
                    if (!onlyScheduled) {
                        return Turn.SEND;
                    }
                    if (!stopping && nextDueNanos != Long.MAX_VALUE) {
                        long untilDue = nextDueNanos - (now - startNanos);
                        if (untilDue <= 0) {
                            return Turn.SEND;
                        }
                        wait = untilDue;
                    }
                }
                sleep(wait);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean finished() {
        lock.lock();
        try {
            return done(true);
        } finally {
            lock.unlock();
        }
    }

    /** Without an end of its own, a gateway whose schedule is over waits for {@link #stop}; lock held. */
    private boolean done(boolean nothingElseToSend) {
        if (failure != null) {
            return true;
        }
        if (!stopping) {
            return false;
        }
        return (nothingElseToSend && unacked.isEmpty()) || clock.nanos() - giveUpNanos >= 0;
    }

    /** Makes the next message; from here on it is invoked and will be sent until it is acknowledged. */
    private Message compose() throws IOException {
        Schedule.Due due = schedule.take();
        long[] times = due.timesMicros();
        List<byte[]> observations = new ArrayList<>(times.length);
        for (long time : times) {
            observations.add(writer.observation(due.device(), time));
        }
        long ledgerNumber = -1;
        if (ledger != null) {
            try {
                ledgerNumber = ledger.invoked(due.device().kind(), due.device().externalId(), times, observations);
            } catch (IOException e) {
                fail(e);
                throw e;
            }
        }
        byte[] payload = schedule.batch() == 1 ? observations.get(0) : writer.array(observations);
        Message message = new Message(nextNumber++, topic(due.device()), payload, ledgerNumber, times.length);
        nextDueNanos = schedule.dueNanos();
        lock.lock();
        try {
            unacked.put(message.number(), message);
        } finally {
            lock.unlock();
        }
        metrics.add(SimulatorMetric.OBSERVATIONS_PUBLISHED, times.length);
        return message;
    }

    /** Returns whether the message is out of our hands; else it must be offered again. */
    private boolean send(Session current, Connection connection, Message message) throws IOException {
        lock.lock();
        try {
            if (message.observations() > 0 && !unacked.containsKey(message.number())) {
                return true; // an acknowledgement of the last connection came late
            }
            current.inFlight++;
        } finally {
            lock.unlock();
        }
        if (connection.publish(message)) {
            if (message.observations() > 0 && message.number() < current.firstNumber) {
                metrics.add(SimulatorMetric.MESSAGES_RESENT, 1);
            }
            return true;
        }
        lock.lock();
        try {
            current.inFlight--;
            sleep(FULL_NANOS);
        } finally {
            lock.unlock();
        }
        return false;
    }

    private void fail(IOException cause) {
        log.error("the ledger cannot be written, this gateway stops", cause);
        lock.lock();
        try {
            failure = cause;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int unackedMessages() {
        lock.lock();
        try {
            return unacked.size();
        } finally {
            lock.unlock();
        }
    }

    private void pause(long millis) {
        lock.lock();
        try {
            if (!done(true)) {
                sleep(TimeUnit.MILLISECONDS.toNanos(millis));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Wakes early on any change, so callers look again; lock held. Nobody interrupts this thread, stop() ends it. */
    @SuppressWarnings("WaitNotInLoop") // the loops are the callers'
    private void sleep(long nanos) {
        try {
            long unused = changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            throw new IllegalStateException("a gateway's thread is not to be interrupted", e);
        }
    }

    private static String topic(CityDevice device) {
        return "fieldwatch/v1/" + device.kind().name() + "/" + device.externalId();
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null ? String.valueOf(failure.getMessage()) : failure.getMessage() + ": " + cause;
    }

    /** One connection's life. */
    private final class Session implements Connection.Events {

        private final long firstNumber = nextNumber;
        // guarded by lock
        private int inFlight;
        private boolean lost;
        private volatile @Nullable Throwable cause;

        @Override
        public void acked(Message message) {
            settle(message, SimulatorMetric.OBSERVATIONS_ACKED);
        }

        @Override
        public void refused(Message message, int reason) {
            log.warn("{} was refused with reason 0x{}", message.topic(), Integer.toHexString(reason));
            settle(message, SimulatorMetric.OBSERVATIONS_REFUSED);
        }

        @Override
        public void lost(Throwable reason) {
            lock.lock();
            try {
                lost = true;
                cause = reason;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** A message that is sent again can be answered twice: once on each connection. */
        private void settle(Message message, SimulatorMetric fate) {
            lock.lock();
            try {
                inFlight--;
                changed.signalAll();
                if (unacked.containsKey(message.number())) {
                    if (ledger != null && fate == SimulatorMetric.OBSERVATIONS_ACKED) {
                        ledger.acked(message.ledgerNumber(), message.observations());
                    }
                    // only now: whoever sees it gone may close the ledger
                    unacked.remove(message.number());
                    metrics.add(fate, message.observations());
                }
            } catch (IOException e) {
                fail(e);
            } finally {
                lock.unlock();
            }
        }
    }
}
