package io.fieldwatch.bench;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param quick shorter, for a first look
 * @param micro the JMH benchmarks instead of the rates
 * @param url of a server on which databases may be made; empty for the development database
 * @param rows rows in the backlog
 * @param rounds how often each way is measured
 * @param drain whether the writer is compared with raw COPY and JDBC
 * @param endToEnd whether the whole way from MQTT is measured
 */
record BenchOptions(boolean quick, boolean micro, String url, long rows, int rounds, boolean drain, boolean endToEnd) {

    static final String USAGE = "usage: fieldwatch bench [--quick] [--micro] [--db JDBC_URL] [--rows N] [--rounds N]"
            + " [--only drain|end-to-end]";

    private static final long ROWS_MAX = 70_000_000;

    BenchOptions {
        if (rows < 1 || rows > ROWS_MAX) {
            throw new IllegalArgumentException("--rows " + rows + " is not 1 to 70,000,000");
        }
        if (rounds < 1 || rounds > 100) {
            throw new IllegalArgumentException("--rounds " + rounds + " is not 1 to 100");
        }
    }

    /** @throws IllegalArgumentException saying what is wrong with the arguments */
    static BenchOptions parse(List<String> arguments) {
        Deque<String> words = new ArrayDeque<>(arguments);
        boolean quick = words.contains("--quick");
        boolean micro = false;
        String url = "";
        long rows = quick ? 1_000_000 : 4_000_000;
        int rounds = quick ? 1 : 3;
        String only = "";
        while (!words.isEmpty()) {
            String word = words.pop();
            switch (word) {
                case "--quick" -> {}
                case "--micro" -> micro = true;
                case "--db" -> url = value(word, words);
                case "--rows" -> rows = Long.parseLong(value(word, words).replace("_", ""));
                case "--rounds" -> rounds = Integer.parseInt(value(word, words));
                case "--only" -> {
                    only = value(word, words);
                    if (!only.equals("drain") && !only.equals("end-to-end")) {
                        throw new IllegalArgumentException("--only takes drain or end-to-end, not " + only);
                    }
                }
                default -> throw new IllegalArgumentException("unknown argument " + word);
            }
        }
        return new BenchOptions(quick, micro, url, rows, rounds, !only.equals("end-to-end"), !only.equals("drain"));
    }

    /** Rows that are enough for a rate of the slower way. */
    long jdbcRows() {
        return quick ? 250_000 : 1_000_000;
    }

    /** How long the end-to-end part publishes. */
    Duration publishing() {
        return Duration.ofSeconds(quick ? 10 : 40);
    }

    private static String value(String option, Deque<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return words.pop();
    }
}
