package io.fieldwatch.simulator.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fieldwatch.simulator.city.City;
import io.fieldwatch.simulator.city.CityDevice;
import io.fieldwatch.simulator.city.Incidents;
import io.fieldwatch.simulator.city.ObservationWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerCheckTest {

    private static final long START = 1_795_417_200_000_000L;
    private static final int ROUNDS = 5;
    private static final int DEVICES = 20;
    private static final int PUBLISHED = ROUNDS * DEVICES;

    @TempDir
    Path folder;

    private final City city = City.sonLa(11, DEVICES);
    private final Rows stored = new Rows();
    private Path path = Path.of("");

    /** Every observation is published and stored; the last two are not acknowledged. */
    @BeforeEach
    void publish() throws IOException {
        path = folder.resolve("ledger");
        ObservationWriter writer = new ObservationWriter(city, Incidents.none());
        try (Ledger ledger = Ledger.open(path)) {
            for (int round = 0; round < ROUNDS; round++) {
                for (CityDevice device : city.devices()) {
                    long time = START + round * 60_000_000L + device.index();
                    byte[] payload = writer.observation(device, time);
                    long number =
                            ledger.invoked(device.kind(), device.externalId(), new long[] {time}, List.of(payload));
                    if (number < PUBLISHED - 2) {
                        ledger.acked(number, 1);
                    }
                    stored.add(device, time, payload);
                }
            }
        }
    }

    @Test
    void findsNothingWhereNothingIsWrong() throws IOException {
        LedgerResult result = check();
        assertThat(result.clean()).isTrue();
        assertThat(result.delivery()).isEqualTo("published=100 acked=98 stored=100 lost=0 duplicated=0");
        assertThat(result.verdict()).isEqualTo("lost=0 duplicated=0 corrupt=0 phantom=0");
        assertThat(result.recovered()).isEqualTo(2);
        assertThat(result.absent()).isZero();
        assertThat(result.examples()).isEmpty();
    }

    @Test
    void findsALostObservation() throws IOException {
        Row gone = stored.rows.remove(17);
        LedgerResult result = check();
        assertThat(result.verdict()).isEqualTo("lost=1 duplicated=0 corrupt=0 phantom=0");
        assertThat(result.stored()).isEqualTo(99);
        assertThat(result.clean()).isFalse();
        assertThat(result.examples())
                .singleElement()
                .asString()
                .startsWith("lost: ")
                .contains(gone.device);
    }

    @Test
    void allowsAnUnacknowledgedObservationToBeAbsent() throws IOException {
        stored.rows.remove(PUBLISHED - 1);
        LedgerResult result = check();
        assertThat(result.clean()).isTrue();
        assertThat(result.recovered()).isEqualTo(1);
        assertThat(result.absent()).isEqualTo(1);
    }

    @Test
    void findsADuplicateOnceHoweverOftenItIsStored() throws IOException {
        stored.rows.add(stored.rows.get(3));
        stored.rows.add(stored.rows.get(3));
        assertThat(check().verdict()).isEqualTo("lost=0 duplicated=1 corrupt=0 phantom=0");
    }

    @Test
    void findsEveryWayAValueCanBeCorrupt() throws IOException {
        int planted = 0;
        for (Row row : stored.rows.subList(0, 10)) {
            Property property = row.kind.properties().get(planted % 3);
            row.values.put(property.name(), spoilt(property, row.values.get(property.name())));
            planted++;
        }
        // a value that was published and is missing, and one that was never published
        Row missing = stored.rows.get(12);
        missing.values.put(missing.kind.properties().get(0).name(), null);
        assertThat(check().verdict()).isEqualTo("lost=0 duplicated=0 corrupt=" + (planted + 1) + " phantom=0");
    }

    @Test
    void findsAPhantomOnlyAmongTheLedgersDevicesAndTime() throws IOException {
        Row real = stored.rows.get(40);
        stored.rows.add(new Row(real.kind, real.device, real.time + 1, real.values));
        stored.rows.add(new Row(real.kind, "not-ours", real.time, real.values));
        stored.rows.add(new Row(real.kind, real.device, START - 1, real.values));
        stored.rows.add(new Row(real.kind, real.device, START + 3_600_000_000L, real.values));
        LedgerResult result = check();
        assertThat(result.verdict()).isEqualTo("lost=0 duplicated=0 corrupt=0 phantom=1");
        assertThat(result.examples()).singleElement().asString().startsWith("phantom: ");
    }

    @Test
    void keepsDevicesApartThatShareATime() throws IOException {
        Row real = stored.rows.get(0);
        // the first device's row arrives under another device of its kind
        stored.rows.set(0, new Row(real.kind, "tf-9999", real.time, real.values));
        assertThat(check().lost()).isEqualTo(1);
    }

    @Test
    void takesALedgerWhoseClockWasSetBack() throws IOException {
        CityDevice device = city.devices().get(0);
        ObservationWriter writer = new ObservationWriter(city, Incidents.none());
        try (Ledger ledger = Ledger.open(path)) {
            long time = START + 1_000_000;
            byte[] payload = writer.observation(device, time);
            ledger.acked(ledger.invoked(device.kind(), device.externalId(), new long[] {time}, List.of(payload)), 1);
            stored.add(device, time, payload);
        }
        assertThat(check().clean()).isTrue();
        assertThat(check().stored()).isEqualTo(PUBLISHED + 1);
    }

    @Test
    void refusesALedgerThatPublishesOneIdentityTwice() throws IOException {
        CityDevice device = city.devices().get(0);
        try (Ledger ledger = Ledger.open(path)) {
            long number = ledger.invoked(
                    device.kind(),
                    device.externalId(),
                    new long[] {START},
                    List.of("{\"intensity\":1}".getBytes(StandardCharsets.UTF_8)));
            assertThat(number).isEqualTo(PUBLISHED);
        }
        assertThatThrownBy(this::check).isInstanceOf(IOException.class).hasMessageContaining("twice");
    }

    private LedgerResult check() throws IOException {
        return LedgerCheck.run(path, Catalogue.builtIn(), stored);
    }

    private static Object spoilt(Property property, @Nullable Object value) {
        if (property.type() == PropertyType.CODE) {
            return property.codes().get(property.codes().size() - 1);
        }
        if (value instanceof Boolean flag) {
            return !flag;
        }
        if (value instanceof Long number) {
            return number + 1;
        }
        return Math.nextUp((Double) Objects.requireNonNull(value));
    }

    private static final class Row {

        private final Kind kind;
        private final String device;
        private final long time;
        private final Map<String, @Nullable Object> values;

        Row(Kind kind, String device, long time, Map<String, @Nullable Object> values) {
            this.kind = kind;
            this.device = device;
            this.time = time;
            this.values = values;
        }
    }

    /** What a database would hand over: Double, Long, Boolean and String. */
    private static final class Rows implements StoredCity {

        private final List<Row> rows = new ArrayList<>();
        private final PayloadValues payloads = new PayloadValues();

        void add(CityDevice device, long time, byte[] payload) throws IOException {
            double[] parsed = payloads.parse(device.kind(), new String(payload, StandardCharsets.UTF_8));
            Map<String, @Nullable Object> values = new HashMap<>();
            for (int i = 0; i < parsed.length; i++) {
                Property property = device.kind().properties().get(i);
                Object value = switch (property.type()) {
                    case NUMBER -> parsed[i];
                    case INTEGER -> (long) parsed[i];
                    case BOOLEAN -> parsed[i] != 0;
                    case CODE -> property.codes().get((int) parsed[i]);
                };
                values.put(property.name(), value);
            }
            rows.add(new Row(device.kind(), device.externalId(), time, values));
        }

        @Override
        public void rows(Kind kind, long fromMicros, long toMicros, RowConsumer consumer) throws IOException {
            for (Row row : rows) {
                if (row.kind.name().equals(kind.name()) && row.time >= fromMicros && row.time <= toMicros) {
                    consumer.row(row.device, row.time, property -> row.values.get(property.name()));
                }
            }
        }
    }
}
