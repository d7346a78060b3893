package io.fieldwatch.simulator.ledger;

import java.util.List;

/**
 * What the comparison of a ledger with the database found; every figure counts observations (identities).
 *
 * @param published invoked in the ledger
 * @param acked acknowledged in the ledger
 * @param stored invoked and stored
 * @param lost acknowledged and not stored
 * @param duplicated stored more than once
 * @param corrupt stored with other values than were published
 * @param phantom stored for one of the ledger's devices within the ledger's time, and never published; rows
 * @param recovered not acknowledged and stored, which is legal
 * @param absent not acknowledged and not stored, which is legal
 * @param examples the first findings in words, {@link LedgerCheck#EXAMPLES_MAX} at most
 */
public record LedgerResult(
        long published,
        long acked,
        long stored,
        long lost,
        long duplicated,
        long corrupt,
        long phantom,
        long recovered,
        long absent,
        List<String> examples) {

    public LedgerResult {
        examples = List.copyOf(examples);
    }

    /** Whether ledger and database agree. */
    public boolean clean() {
        return lost == 0 && duplicated == 0 && corrupt == 0 && phantom == 0;
    }

    /** {@code published=… acked=… stored=… lost=… duplicated=…}, the beginning of the demonstration's last line. */
    public String delivery() {
        return "published=" + published + " acked=" + acked + " stored=" + stored + " lost=" + lost + " duplicated="
                + duplicated;
    }

    /** {@code lost=… duplicated=… corrupt=… phantom=…}, the verdict. */
    public String verdict() {
        return "lost=" + lost + " duplicated=" + duplicated + " corrupt=" + corrupt + " phantom=" + phantom;
    }
}
