package io.fieldwatch.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * {@code fieldwatch bench}: how fast the engine's writer and the whole way from MQTT are beside the raw COPY rate of
 * the same rows, or with {@code --micro} what each hot step costs. Ends with a line a figure.
 */
public final class Main {

    /** Held, because the logging of Java forgets the level of a logger that nobody holds. */
    private static final Logger MIGRATIONS = Logger.getLogger("org.flywaydb");

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        List<String> words = List.of(arguments);
        if (words.contains("--help") || words.contains("-h")) {
            System.out.println(BenchOptions.USAGE);
            return;
        }
        BenchOptions options;
        try {
            options = BenchOptions.parse(words);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(BenchOptions.USAGE);
            System.exit(2);
            return;
        }
        if (options.micro()) {
            MicroFigures.print(
                    MicroFigures.measure(1, options.quick() ? 2 : 5, options.quick() ? 500 : 2000), System.out);
            return;
        }
        measureRates(options);
    }

    private static void measureRates(BenchOptions options) throws Exception {
        MIGRATIONS.setLevel(Level.WARNING); // the schema is made anew for every part, which nobody wants to read about
        String url = options.url().isEmpty() ? localTimescale() : options.url();
        List<Figures> figures = new ArrayList<>();
        if (options.endToEnd()) {
            figures.add(new EndToEnd(url, System.out, options.publishing()).run());
        }
        if (options.drain()) {
            figures.add(new DrainComparison(url, options, System.out).run());
        }
        figures.forEach(each -> each.print(System.out));
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
