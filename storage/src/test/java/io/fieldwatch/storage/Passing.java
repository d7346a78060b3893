package io.fieldwatch.storage;

import java.util.Locale;
import java.util.function.Predicate;

/**
 * A message of the PostgreSQL protocol on its way through {@link PostgresProxy}.
 *
 * @param fromClient else the server says it
 * @param type the protocol's letter
 * @param text the SQL of the statement that a client's message runs, also when it names a prepared one; the tag of a
 *     server's CommandComplete; else empty
 * @param copied whether the transaction that is open has brought a COPY to its end
 * @param backend the server process of the connection, for {@code pg_terminate_backend}
 */
record Passing(boolean fromClient, char type, String text, boolean copied, int backend) {

    static Predicate<Passing> copyData() {
        return passing -> passing.fromClient && passing.type == 'd';
    }

    static Predicate<Passing> copyDone() {
        return passing -> passing.fromClient && passing.type == 'c';
    }

    static Predicate<Passing> statement(String part) {
        return passing -> passing.runs() && passing.text.contains(part);
    }

    /** The statement that writes how far a batch reaches, behind the batch's rows. */
    static Predicate<Passing> position() {
        return statement("log_position").and(Passing::copied);
    }

    /** A COMMIT of a transaction that wrote rows. */
    static Predicate<Passing> commit() {
        return anyCommit().and(Passing::copied);
    }

    static Predicate<Passing> anyCommit() {
        return passing ->
                passing.runs() && passing.text.toUpperCase(Locale.ROOT).startsWith("COMMIT");
    }

    /** The server's answer that a transaction that wrote rows is committed. */
    static Predicate<Passing> committed() {
        return passing -> passing.answers("COMMIT") && passing.copied;
    }

    /** The server's answer that it has taken a COPY. */
    static Predicate<Passing> copyTaken() {
        return passing -> passing.answers("COPY");
    }

    private boolean runs() {
        return fromClient && (type == 'Q' || type == 'E');
    }

    private boolean answers(String tag) {
        return !fromClient && type == 'C' && text.startsWith(tag);
    }
}
