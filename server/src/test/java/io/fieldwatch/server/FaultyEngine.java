package io.fieldwatch.server;

import io.fieldwatch.telemetry.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import picocli.CommandLine;

/**
 * An engine with a {@link Fault} in it, as the lab starts it: {@code FAULT serve --config FILE}. Its first lives have the
 * fault; later ones are sound, so that a run comes to its end.
 */
final class FaultyEngine {

    private static final int LIVES = 6;

    private FaultyEngine() {}

    public static void main(String[] arguments) throws IOException {
        Fault fault = Fault.valueOf(arguments[0]);
        Path config = Path.of(arguments[arguments.length - 1]);
        EngineParts parts = life(config.resolveSibling("lives")) <= LIVES ? fault.parts : EngineParts.STANDARD;
        System.exit(new CommandLine(new ServeCommand(parts))
                .registerConverter(Duration.class, Durations::parse)
                .execute(Arrays.copyOfRange(arguments, 2, arguments.length)));
    }

    /** Which life this is, counted by the bytes of a file. */
    private static long life(Path lives) throws IOException {
        Files.write(lives, new byte[] {'.'}, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return Files.size(lives);
    }
}
