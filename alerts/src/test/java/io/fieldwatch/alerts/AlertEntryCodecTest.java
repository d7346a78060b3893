package io.fieldwatch.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fieldwatch.telemetry.Label;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AlertEntryCodecTest {

    private static final Alert ALERT = new Alert(
            "00ff",
            3,
            "river-level-3",
            Priority.P1,
            AlertState.CLEARED_UNACKNOWLEDGED,
            new Label("Mực nước vượt báo động III", "River above flood level III"),
            7,
            "water-level",
            "xa-la",
            null,
            "Tô Hiệu",
            Double.NaN,
            103.9,
            "currentLevel",
            281.62,
            281.5,
            "m",
            1_795_000_000_123_456L,
            0,
            null,
            1_795_000_060_000_000L);

    @Test
    void bringsBackATransition() {
        AlertEvent event = new AlertEvent("00ff-CLEARED", AlertEvent.Type.CLEARED, 5, "trực ban", null, ALERT);
        byte[] entry = AlertEntryCodec.write(new AlertEntry.Transition(event, 4096));

        assertThat(AlertEntryCodec.transition(entry)).contains(event);
        assertThat(AlertEntryCodec.read(entry)).isEqualTo(new AlertEntry.Transition(event, 4096));
    }

    @Test
    void bringsBackACheckpointWhichIsNoTransition() {
        AlertEntry.Checkpoint checkpoint = new AlertEntry.Checkpoint(
                UUID.randomUUID(),
                77,
                new AlertEntry.Known(99, Set.of("a", "b")),
                List.of(ALERT),
                List.of(ALERT, ALERT),
                List.of(),
                new byte[] {1, 2, 3});
        byte[] entry = AlertEntryCodec.write(checkpoint);

        assertThat(AlertEntryCodec.transition(entry)).isEmpty();
        assertThat(AlertEntryCodec.read(entry))
                .usingRecursiveComparison()
                .usingOverriddenEquals()
                .isEqualTo(checkpoint);
    }

    @Test
    void refusesWhatItCannotRead() {
        byte[] entry = AlertEntryCodec.write(
                new AlertEntry.Transition(new AlertEvent("x", AlertEvent.Type.RAISED, 1, null, null, ALERT), 1));
        byte[] newer = entry.clone();
        newer[0] = 2;
        assertThatThrownBy(() -> AlertEntryCodec.transition(newer)).hasMessageContaining("version 1");
        assertThatThrownBy(() -> AlertEntryCodec.read(Arrays.copyOf(entry, entry.length - 3)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void integersOfEverySizeComeBack() throws IOException {
        long[] values = {0, 1, -1, 63, 64, -64, -65, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE};
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (long value : values) {
            Wire.writeInteger(out, value);
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        for (long value : values) {
            assertThat(Wire.readInteger(in)).isEqualTo(value);
        }
    }
}
