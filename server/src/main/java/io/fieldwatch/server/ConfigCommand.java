package io.fieldwatch.server;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fieldwatch config check|print}. */
@Command(
        name = "config",
        description = "Checks a configuration file or prints what is in effect.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "check|print")
final class ConfigCommand {

    @Command(
            name = "check",
            description = "Says whether the file and what it names are right.",
            mixinStandardHelpOptions = true)
    int check(@Option(names = "--config", required = true, paramLabel = "FILE") Path file) {
        ServerConfig config = ConfigFile.read(file, System.getenv());
        CityData data = CityData.read(config);
        System.out.println(file + " is right: " + data.catalogue().kinds().size() + " kinds of device, "
                + data.rules().rules().size() + " rules");
        return 0;
    }

    @Command(
            name = "print",
            description = "Prints the configuration in effect, defaults and environment included, secrets masked.",
            mixinStandardHelpOptions = true)
    int print(@Option(names = "--config", required = true, paramLabel = "FILE") Path file) {
        System.out.print(ConfigFile.print(ConfigFile.read(file, System.getenv())));
        return 0;
    }
}
