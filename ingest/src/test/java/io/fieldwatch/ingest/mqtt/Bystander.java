package io.fieldwatch.ingest.mqtt;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A well-behaved client that publishes steadily and times each acknowledgement, while others do what they do. */
final class Bystander implements AutoCloseable {

    private static final int SAMPLES_MAX = 30_000;
    private static final long PAUSE_MILLIS = 1;

    private final RawClient client;
    private final Thread thread = new Thread(this::run, "bystander");
    private final long[] nanos = new long[SAMPLES_MAX];
    private final AtomicInteger samples = new AtomicInteger();
    private volatile boolean stopping;
    private volatile @Nullable Throwable failure;

    Bystander(HostileTarget target) throws IOException {
        client = target.three("bystander");
        thread.start();
    }

    private void run() {
        try {
            for (int id = 1; !stopping && samples.get() < SAMPLES_MAX; id = id % 65_535 + 1) {
                long begun = System.nanoTime();
                String answer = client.publish3(2, id, HostileTarget.TOPIC, HostileTarget.OBSERVATION)
                        .read();
                if (!answer.equals(String.format("4002%04x", id))) {
                    throw new IllegalStateException("message " + id + " was answered by " + answer);
                }
                nanos[samples.get()] = System.nanoTime() - begun;
                samples.incrementAndGet();
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            failure = e;
        }
    }

    /** Ends it; answers how long acknowledgements took in ascending order, in nanoseconds. */
    long[] stop() throws InterruptedException {
        stopping = true;
        thread.join();
        Throwable cause = failure;
        if (cause != null) {
            throw new IllegalStateException("the bystander was disturbed", cause);
        }
        long[] all = Arrays.copyOf(nanos, samples.get());
        Arrays.sort(all);
        return all;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stopping = true;
        thread.join();
        client.close();
    }
}
