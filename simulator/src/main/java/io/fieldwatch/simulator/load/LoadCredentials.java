package io.fieldwatch.simulator.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** User names and tokens as {@code fieldwatch device add --from … --out} writes them: a line each, with a tab between. */
final class LoadCredentials {

    /** One of them. */
    record Login(String username, String token) {

        /** The device of a user name like {@code traffic-flow/load-000001}, or the name itself. */
        String device() {
            return username.substring(username.indexOf('/') + 1);
        }
    }

    private final List<Login> logins;

    private LoadCredentials(List<Login> logins) {
        this.logins = logins;
    }

    /** @throws IOException naming the line that is not as it should be, or when there are too few */
    static LoadCredentials read(@Nullable Path file, int connections) throws IOException {
        List<Login> logins = new ArrayList<>();
        if (file == null) {
            return new LoadCredentials(logins);
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            String[] parts = lines.get(i).split("\t", -1);
            if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
                throw new IOException(file + " line " + (i + 1) + " is not a user name, a tab and a token");
            }
            logins.add(new Login(parts[0], parts[1]));
        }
        if (logins.size() < connections) {
            throw new IOException(file + " has " + logins.size() + " users for " + connections + " connections");
        }
        return new LoadCredentials(logins);
    }

    /** Null when there are none. */
    @Nullable
    Login of(int connection) {
        return logins.isEmpty() ? null : logins.get(connection);
    }
}
