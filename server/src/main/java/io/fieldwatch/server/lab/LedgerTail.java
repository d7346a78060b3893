package io.fieldwatch.server.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Counts the acknowledgements in a ledger that is still written, reading only what is new. */
final class LedgerTail {

    private static final int READ_BYTES = 1 << 16;

    private final Path ledger;
    private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
    private final StringBuilder line = new StringBuilder();
    private boolean acknowledgement;
    private int column;
    private long position;
    private long acked;

    LedgerTail(Path ledger) {
        this.ledger = ledger;
    }

    /** Observations acknowledged so far. */
    long acked() throws IOException {
        if (!Files.exists(ledger)) {
            return 0;
        }
        try (FileChannel file = FileChannel.open(ledger, StandardOpenOption.READ)) {
            buffer.clear();
            for (int read = file.read(buffer, position); read > 0; read = file.read(buffer, position)) {
                position += read;
                buffer.flip();
                while (buffer.hasRemaining()) {
                    take((char) buffer.get());
                }
                buffer.clear();
            }
        }
        return acked;
    }

    /** A line {@code A NUMBER COUNT} adds its count. */
    private void take(char next) {
        if (next == '\n') {
            if (acknowledgement) {
                acked += Long.parseLong(line.substring(line.lastIndexOf("\t") + 1));
            }
            line.setLength(0);
            column = 0;
            acknowledgement = false;
            return;
        }
        if (column++ == 0) {
            acknowledgement = next == 'A';
        }
        if (acknowledgement) {
            line.append(next);
        }
    }
}
