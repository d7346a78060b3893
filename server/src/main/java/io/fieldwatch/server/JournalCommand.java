package io.fieldwatch.server;

import io.fieldwatch.journal.JournalInspection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fieldwatch journal inspect DIR}. */
@Command(
        name = "journal",
        description = "Looks at the logs on local disk.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "inspect")
final class JournalCommand {

    @Spec
    private @Nullable CommandSpec spec;

    @Command(
            name = "inspect",
            description = {
                "Shows what the files of a log hold and whether any of it is damaged. It writes nothing and takes no lock:"
                        + " the log may be in use, a copy, or damaged.",
                "Exit code: 0 when it is sound, 1 when it is damaged, 2 when DIR holds no log."
            },
            mixinStandardHelpOptions = true)
    int inspect(
            @Parameters(paramLabel = "DIR", description = "the engine's data directory, or the directory of one log")
                    Path directory)
            throws IOException {
        List<Path> logs = Files.isDirectory(directory) ? JournalInspection.logsIn(directory) : List.of();
        if (logs.isEmpty()) {
            throw new ParameterException(commandLine(), directory + " holds no log");
        }
        PrintWriter out = commandLine().getOut();
        boolean sound = true;
        for (Path log : logs) {
            JournalInspection found = JournalInspection.of(log);
            JournalReport.print(out, found);
            sound &= found.sound();
        }
        out.flush();
        return sound ? 0 : 1;
    }

    private CommandLine commandLine() {
        CommandSpec own = spec;
        return own == null
                ? new CommandLine(this)
                : Objects.requireNonNull(own.subcommands().get("inspect"));
    }
}
