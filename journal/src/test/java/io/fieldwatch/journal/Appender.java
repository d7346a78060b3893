package io.fieldwatch.journal;

import io.fieldwatch.telemetry.ObservationLog.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;

/**
 * A process that appends numbered entries as fast as it may and prints the number of each that is durable; ends when the
 * log fails, which it prints too.
 */
final class Appender {

    private Appender() {}

    /** Arguments: the directory, the first number, and the number to stop before. */
    public static void main(String[] arguments) throws IOException {
        JournalConfig config = CrashTest.config(Path.of(arguments[0]), Set.of("a"));
        PrintStream acked = new PrintStream(
                new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.US_ASCII);
        SegmentLog log = SegmentLog.open(config);
        int end = Integer.parseInt(arguments[2]);
        for (int number = Integer.parseInt(arguments[1]);
                number < end && log.failure().isEmpty(); ) {
            if (log.append(CrashTest.numbered(number), new Printing(acked, number))) {
                number++;
            } else {
                Thread.onSpinWait();
            }
        }
        log.close();
    }

    private record Printing(PrintStream acked, int number) implements Outcome {

        @Override
        public void onDurable(long position) {
            acked.println(number);
        }

        @Override
        public void onFailed(IOException cause) {
            acked.println(cause);
        }
    }
}
