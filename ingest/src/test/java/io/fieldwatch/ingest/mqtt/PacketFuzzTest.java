package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fieldwatch.ingest.mqtt.PacketRun.Outcome;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whatever a client sends: nothing but an orderly end, no buffer lost, and the same outcome however the network cuts the
 * bytes. In every build with the inputs kept beside it, with {@code JAZZER_FUZZ=1} with new ones.
 */
class PacketFuzzTest {

    private static final int BYTES_MAX = 32 * 1024;
    private static final int PIECE_BYTES_MAX = 40;

    /** The bytes of a connection as they are. */
    @FuzzTest(maxDuration = "10m")
    void anyBytes(byte[] bytes) throws Exception {
        check(bytes.length > BYTES_MAX ? Arrays.copyOf(bytes, BYTES_MAX) : bytes);
    }

    /** Packets made field by field, most of them right, some wrong in one place. */
    @FuzzTest(maxDuration = "10m")
    void madePackets(FuzzedDataProvider data) throws Exception {
        check(new PacketMaker(data).conversation());
    }

    @Test
    void keepsAnInputForEveryWayToBreakTheProtocol() throws Exception {
        Set<Ending> seen = EnumSet.noneOf(Ending.class);
        for (Path input : kept("anyBytes")) {
            seen.addAll(inPieces(new PacketRun().hold(), Files.readAllBytes(input), Integer.MAX_VALUE)
                    .endings()
                    .keySet());
        }
        Set<Ending> violations = EnumSet.allOf(Ending.class);
        violations.removeIf(ending -> ending.group() != Ending.Group.VIOLATION);
        assertThat(seen).containsAll(violations);
    }

    private static List<Path> kept(String method) throws Exception {
        URL folder = PacketFuzzTest.class.getResource("PacketFuzzTestInputs/" + method);
        try (Stream<Path> files =
                Files.list(Path.of(Objects.requireNonNull(folder).toURI()))) {
            return files.sorted().toList();
        }
    }

    private static void check(byte[] bytes) throws Exception {
        Outcome whole = inPieces(new PacketRun().hold(), bytes, Integer.MAX_VALUE);
        assertThat(inPieces(new PacketRun().hold(), bytes, 1)).isEqualTo(whole);
        assertThat(inPieces(new PacketRun().hold(), bytes, PIECE_BYTES_MAX)).isEqualTo(whole);
        judge(whole);
        judge(inPieces(new PacketRun(), bytes, Integer.MAX_VALUE));
        judge(inPieces(new PacketRun(), bytes, 1));
    }

    private static void judge(Outcome outcome) {
        assertThat(outcome.endings()).doesNotContainKey(Ending.HANDLING_FAILED);
        assertThat(outcome.endings().values()).as("a connection ends once").containsExactly(1L);
        assertThat(acknowledged(outcome.sent()))
                .isLessThanOrEqualTo(outcome.records().size());
    }

    private static Outcome inPieces(PacketRun run, byte[] bytes, int pieceBytesMax) throws Exception {
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(bytes));
        int at = 0;
        while (at < bytes.length) {
            int piece = pieceBytesMax == 1 ? 1 : random.nextInt(1, pieceBytesMax);
            int end = pieceBytesMax == Integer.MAX_VALUE ? bytes.length : Math.min(bytes.length, at + piece);
            run.receive(bytes, at, end);
            at = end;
        }
        return run.end();
    }

    /** How many PUBACKs are in what was sent, which must be whole packets. */
    private static int acknowledged(String sent) {
        int count = 0;
        int at = 0;
        while (at < sent.length()) {
            int type = Integer.parseInt(sent, at, at + 1, 16);
            int length = 0;
            int shift = 0;
            int digit;
            at += 2;
            do {
                digit = Integer.parseInt(sent, at, at + 2, 16);
                length |= (digit & 0x7F) << shift;
                shift += 7;
                at += 2;
            } while (digit > 0x7F);
            count += type == 4 ? 1 : 0;
            at += length * 2;
        }
        assertThat(at).as("packets sent are whole").isEqualTo(sent.length());
        return count;
    }
}
