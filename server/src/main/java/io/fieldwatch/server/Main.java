package io.fieldwatch.server;

import io.fieldwatch.journal.DamagedLogException;
import io.fieldwatch.telemetry.Durations;
import io.fieldwatch.telemetry.YamlError;
import java.io.IOException;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code fieldwatch} command. It exits 0 only when what was asked for happened. */
@Command(
        name = "fieldwatch",
        description = "Ingests a city's field telemetry exactly once and raises alerts for its operators.",
        mixinStandardHelpOptions = true,
        version = "fieldwatch 0.1.0",
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            SimulateCommand.class,
            VerifyCommand.class,
            ConfigCommand.class,
            DeviceCommand.class,
            LabCommand.class,
            JournalCommand.class
        },
        footer = {
            "",
            "Also: fieldwatch timescaledb start|stop|status runs a local TimescaleDB for development and tests.",
            "Start here: fieldwatch demo"
        })
public final class Main implements Runnable {

    /** Paho logs every broken connection as a stack trace of its own; a field of our own keeps the level from being lost. */
    private static final Logger PAHO = Logger.getLogger("org.eclipse.paho");

    @Spec
    private @Nullable CommandSpec spec;

    /** What a command could not do, in words for whoever typed it. */
    static final class Failure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }

        Failure(String message, Throwable cause) {
            super(message, cause);
        }
    }

    public static void main(String[] arguments) {
        PAHO.setLevel(Level.OFF);
        int code = new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Duration.class, Durations::parse)
                .setExecutionExceptionHandler((exception, command, result) -> {
                    if (exception instanceof Failure
                            || exception instanceof YamlError
                            || exception instanceof IOException) {
                        command.getErr().println("fieldwatch: " + exception.getMessage());
                        if (exception instanceof DamagedLogException) {
                            command.getErr()
                                    .println("fieldwatch: nothing was changed; ./fieldwatch journal inspect DIR shows"
                                            + " what is damaged and what is not");
                        }
                        return 1;
                    }
                    throw exception;
                })
                .execute(arguments);
        System.exit(code);
    }

    @Override
    public void run() {
        CommandSpec own = spec;
        throw new ParameterException(
                own == null ? new CommandLine(this) : own.commandLine(),
                "say what to do, for example: fieldwatch demo");
    }
}
