package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import io.fieldwatch.telemetry.Quality;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An observation log for tests: records written in seconds after an epoch, sealed into blocks. */
final class Feed {

    static final long EPOCH_SECONDS = 1_795_000_000L;

    private static final int BLOCK_BYTES = 1 << 20;
    private static final int BLOCK_SECONDS_MAX = 60;

    final Catalogue catalogue;
    final UUID id = UUID.randomUUID();
    final List<ByteBuffer> blocks = new ArrayList<>();
    final List<Long> nextPositions = new ArrayList<>();
    final DeviceDictionary devices = new DeviceDictionary();
    private final BlockWriter writer = new BlockWriter();
    private final ByteBuffer filling = ByteBuffer.allocate(BLOCK_BYTES);
    private boolean open;
    private double baseSeconds;
    private double lastSeconds;
    private int devicesDefined;

    Feed(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    static long micros(double seconds) {
        return EPOCH_SECONDS * 1_000_000 + Math.round(seconds * 1e6);
    }

    int device(String kind, String externalId, @Nullable String area) {
        DeviceDefinition definition = new DeviceDefinition(
                devicesDefined++, kind(kind).number(), externalId, "Trạm " + externalId, area, 21.3, 103.9);
        write(definition);
        return definition.number();
    }

    void write(DeviceDefinition definition) {
        open(lastSeconds);
        if (!writer.device(definition)) {
            throw new IllegalStateException("block full");
        }
        devices.define(definition);
    }

    void observe(int device, double arrivalSeconds, double timeSeconds, int quality, String property, double value) {
        Kind kind = kindOf(device);
        Property found = kind.property(property).orElseThrow();
        open(arrivalSeconds);
        writer.begin(kind.number(), device);
        if (found.type() == PropertyType.NUMBER) {
            writer.setNumber(found.number(), value);
        } else {
            writer.setInteger(found.number(), (long) value);
        }
        if (!writer.commit(micros(timeSeconds), micros(arrivalSeconds) / 1000, quality)) {
            throw new IllegalStateException("block full");
        }
    }

    void observe(int device, double seconds, String property, double value) {
        observe(device, seconds, seconds, Quality.GOOD, property, value);
    }

    void tick(double seconds) {
        open(seconds);
        if (!writer.tick(micros(seconds))) {
            throw new IllegalStateException("block full");
        }
    }

    void seal() {
        if (!open) {
            return;
        }
        ByteBuffer sealed = writer.seal();
        ByteBuffer block = ByteBuffer.allocate(sealed.remaining());
        block.put(sealed.duplicate()).flip();
        long before = nextPositions.isEmpty() ? 0 : nextPositions.get(nextPositions.size() - 1);
        blocks.add(block);
        nextPositions.add(before + block.remaining());
        open = false;
    }

    BlockReader block(int index) {
        return new BlockReader().wrap(blocks.get(index));
    }

    /** The index of the block at a position. */
    int indexOf(long position) {
        return position == 0 ? 0 : nextPositions.indexOf(position) + 1;
    }

    private void open(double seconds) {
        lastSeconds = seconds;
        if (open && seconds - baseSeconds > BLOCK_SECONDS_MAX) {
            seal();
        }
        if (!open) {
            baseSeconds = seconds;
            writer.open(filling, catalogue.version(), micros(seconds) / 1000);
            open = true;
        }
    }

    private Kind kindOf(int device) {
        DeviceDefinition definition = devices.find(device);
        Kind kind = definition == null ? null : catalogue.kindOrNull(definition.kind());
        if (kind == null) {
            throw new IllegalStateException("device " + device + " is unknown");
        }
        return kind;
    }

    private Kind kind(String name) {
        return catalogue.kind(name).orElseThrow();
    }

    /**
     * A seeded city: sways about the limits, late, suspect and silent devices, areas that change, a restart's gap between
     * ticks.
     */
    static Feed random(Catalogue catalogue, long seed, int observations) {
        Random random = new Random(seed);
        Feed feed = new Feed(catalogue);
        String[] kinds = {"water-level", "traffic-flow", "air-quality", "waste-container"};
        List<Integer> devices = new ArrayList<>();
        double now = 1;
        for (int i = 0; i < observations; i++) {
            now += random.nextDouble() * 3;
            if (devices.size() < 12 && (devices.isEmpty() || random.nextInt(40) == 0)) {
                String kind = kinds[random.nextInt(kinds.length)];
                devices.add(feed.device(kind, kind + "-" + devices.size(), random.nextBoolean() ? "Tô Hiệu" : null));
            }
            if (random.nextInt(400) == 0) {
                feed.move(devices.get(random.nextInt(devices.size())), random.nextBoolean() ? "Tô Hiệu" : "Chiềng Lề");
            }
            // Half of the devices fall silent now and then, for the rules about silence.
            int talking = now % 1000 < 400 ? devices.size() : Math.max(1, devices.size() / 2);
            feed.observeAtRandom(random, devices.get(random.nextInt(talking)), now);
            if (random.nextInt(4) == 0) {
                feed.tick(now);
            }
            if (random.nextInt(2000) == 0) {
                now += 600;
            }
            if (random.nextInt(20) == 0) {
                feed.seal();
            }
        }
        feed.seal();
        return feed;
    }

    private void move(int device, String area) {
        DeviceDefinition known = devices.find(device);
        if (known != null) {
            write(new DeviceDefinition(
                    device, known.kind(), known.externalId(), known.name(), area, known.lat(), known.lon()));
        }
    }

    private void observeAtRandom(Random random, int device, double now) {
        double late = random.nextInt(15) == 0 ? random.nextDouble() * 60 : 0;
        int quality = random.nextInt(20) == 0 ? Quality.OUT_OF_RANGE : Quality.GOOD;
        switch (kindOf(device).name()) {
            case "water-level" ->
                observe(device, now, now - late, quality, "currentLevel", 279.9 + random.nextInt(12) / 50.0);
            case "traffic-flow" -> observe(device, now, now - late, quality, "congested", random.nextInt(2));
            case "air-quality" -> observe(device, now, now - late, quality, "pm25", 130 + random.nextInt(40));
            default -> observe(device, now, now - late, quality, "status", random.nextInt(7));
        }
    }
}
