package io.fieldwatch.simulator.ledger;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the form that {@link Ledger} writes, front to back in constant memory. */
final class LedgerFile {

    private static final int BUFFER_BYTES = 1 << 20;

    private final Path path;
    private final Visitor visitor;
    private long lineNumber;
    private long observations;

    private LedgerFile(Path path, Visitor visitor) {
        this.path = path;
        this.visitor = visitor;
    }

    /**
     * @throws IOException when the file is not a ledger of this version or a whole line makes no sense; a torn last line
     *     is left out
     */
    static Extent read(Path path, Visitor visitor) throws IOException {
        return new LedgerFile(path, visitor).read();
    }

    static Extent measure(Path path) throws IOException {
        return read(path, new Visitor() {
            @Override
            public void invoked(Invoked observation) {}

            @Override
            public void acked(long first, int count) {}
        });
    }

    private Extent read() throws IOException {
        long validBytes = 0;
        ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES)) {
            for (int next = in.read(); next >= 0; next = in.read()) {
                line.write(next);
                if (next == '\n') {
                    lineNumber++;
                    accept(line.toString(StandardCharsets.UTF_8));
                    validBytes += line.size();
                    line.reset();
                }
            }
        }
        if (lineNumber == 0 && !Ledger.HEADER.startsWith(line.toString(StandardCharsets.UTF_8))) {
            throw new IOException(path + " is not a ledger");
        }
        return new Extent(validBytes, observations);
    }

    private void accept(String line) throws IOException {
        if (lineNumber == 1) {
            if (!line.equals(Ledger.HEADER)) {
                throw new IOException(path + " is not a ledger of version 1");
            }
            return;
        }
        String[] fields = line.substring(0, line.length() - 1).split("\t", -1);
        try {
            if (fields.length == 6 && fields[0].equals("I") && Long.parseLong(fields[1]) == observations) {
                observations++;
                visitor.invoked(
                        new Invoked(observations - 1, fields[2], fields[3], Long.parseLong(fields[4]), fields[5]));
                return;
            }
            if (fields.length == 3 && fields[0].equals("A")) {
                long first = Long.parseLong(fields[1]);
                int count = Integer.parseInt(fields[2]);
                if (first >= 0 && count > 0 && first + count <= observations) {
                    visitor.acked(first, count);
                    return;
                }
            }
        } catch (NumberFormatException e) {
            throw new IOException("ledger " + path + " is damaged in line " + lineNumber, e);
        }
        throw new IOException("ledger " + path + " is damaged in line " + lineNumber);
    }

    /**
     * How much of a ledger is whole.
     *
     * @param validBytes length without a torn last line
     * @param observations number of invoked observations
     */
    record Extent(long validBytes, long observations) {}

    record Invoked(long number, String kind, String device, long timeMicros, String payload) {}

    interface Visitor {
        void invoked(Invoked observation) throws IOException;

        void acked(long first, int count) throws IOException;
    }
}
