package io.fieldwatch.storage;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What is to happen at the n-th message of a sort that passes a {@link PostgresProxy}. Thread-safe. */
final class Fault {

    private final Predicate<Passing> when;
    private final int occurrence;
    private final Action action;
    private final AtomicInteger seen = new AtomicInteger();
    private final CountDownLatch happened = new CountDownLatch(1);

    sealed interface Action {}

    /** Both ends are closed; the message arrives nowhere. */
    record Cut() implements Action {}

    /** Both ends are reset instead of closed; the message arrives nowhere. */
    record Reset() implements Action {}

    /** The message arrives, and then both ends are closed before anything more passes. */
    record ForwardAndCut() implements Action {}

    /** The client's end is closed at once; the server gets the message after a time, and only then sees the end. */
    record CutAndForwardLater(Duration delay) implements Action {}

    /** The message and all that follows disappear, and both ends stay open. */
    record Hang() implements Action {}

    /** The message arrives, all that follows disappears, and both ends stay open. */
    record ForwardAndHang() implements Action {}

    /** The message arrives after a time. */
    record Delay(Duration delay) implements Action {}

    /** Something is done while the message waits. */
    record First(Consumer<Passing> what) implements Action {}

    /** @param occurrence from 1 */
    Fault(int occurrence, Predicate<Passing> when, Action action) {
        this.occurrence = occurrence;
        this.when = when;
        this.action = action;
    }

    /** Only counts. */
    static Fault none(Predicate<Passing> when) {
        return new Fault(Integer.MAX_VALUE, when, new Delay(Duration.ZERO));
    }

    /** Counts the message; true when it is the one. */
    boolean meets(Passing passing) {
        return when.test(passing) && seen.incrementAndGet() == occurrence;
    }

    Action action() {
        return action;
    }

    void happen() {
        happened.countDown();
    }

    boolean happened() {
        return happened.getCount() == 0;
    }

    boolean awaitHappened(Duration wait) throws InterruptedException {
        return happened.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How many messages of the sort have passed. */
    int seen() {
        return seen.get();
    }
}
