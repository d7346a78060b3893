package io.fieldwatch.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * {@code fieldwatch bench [--quick] [--db URL] [--micro]}: the end-to-end rate beside the raw COPY rate of the same rows,
 * or with {@code --micro} what each hot step costs. Ends with a line a figure.
 */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Deque<String> words = new ArrayDeque<>(List.of(arguments));
        boolean quick = false;
        boolean micro = false;
        String url = "";
        while (!words.isEmpty()) {
            String word = words.pop();
            switch (word) {
                case "--quick" -> quick = true;
                case "--micro" -> micro = true;
                case "--db" -> url = words.isEmpty() ? "" : words.pop();
                default -> {
                    usage(word.equals("--help") || word.equals("-h") ? 0 : 2);
                    return;
                }
            }
        }
        if (micro) {
            MicroFigures.measure(1, quick ? 2 : 5, quick ? 500 : 2000).forEach(System.out::println);
            return;
        }
        RateHarness harness = new RateHarness(url.isEmpty() ? localTimescale() : url, System.out);
        harness.run(quick ? Duration.ofSeconds(10) : Duration.ofSeconds(40));
    }

    private static void usage(int code) {
        System.err.println("usage: fieldwatch bench [--quick] [--micro] [--db JDBC_URL]");
        System.exit(code);
    }

    /** The development database, started when it is not running. */
    private static String localTimescale() throws IOException, InterruptedException {
        String root = System.getenv().getOrDefault("FIELDWATCH_ROOT", ".");
        Process start = new ProcessBuilder(Path.of(root, "fieldwatch").toString(), "timescaledb", "start")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String last = "";
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(start.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
            }
        }
        if (start.waitFor() != 0) {
            throw new IOException("no TimescaleDB; give one with --db");
        }
        return last;
    }
}
