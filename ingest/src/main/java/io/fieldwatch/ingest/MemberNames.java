package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import java.util.List;

/**
 * The names of a kind's members as bytes, and in which order they came last: devices say the same things in the same order,
 * so mostly one comparison finds the name. Belongs to one thread.
 */
final class MemberNames {

    private static final int ORDER_MAX = 64;
    private static final int NONE = -1;

    private final Property[] properties;
    /** The properties', then {@code time} and {@code device}. */
    private final Word[] names;

    private final Word[][] codes;
    private final int[] order = new int[ORDER_MAX];

    MemberNames(Kind kind) {
        List<Property> all = kind.properties();
        properties = all.toArray(new Property[0]);
        names = new Word[properties.length + 2];
        codes = new Word[properties.length][];
        for (int i = 0; i < properties.length; i++) {
            names[i] = new Word(properties[i].name());
            codes[i] = properties[i].type() == PropertyType.CODE
                    ? properties[i].codes().stream().map(Word::new).toArray(Word[]::new)
                    : new Word[0];
        }
        names[time()] = new Word("time");
        names[device()] = new Word("device");
    }

    /** The number here of the name {@code time}. */
    int time() {
        return properties.length;
    }

    int device() {
        return properties.length + 1;
    }

    Property property(int number) {
        return properties[number];
    }

    int length(int number) {
        return names[number].length();
    }

    /** Which name stands at {@code from}, closing quote included; less than 0 for none. {@code position}: how many before it. */
    int find(byte[] bytes, int from, int end, int position) {
        int slot = position & ORDER_MAX - 1;
        if (names[order[slot]].isAt(bytes, from, end)) {
            return order[slot];
        }
        for (int i = 0; i < names.length; i++) {
            if (names[i].isAt(bytes, from, end)) {
                order[slot] = i;
                return i;
            }
        }
        return NONE;
    }

    /** Which of a property's codes stands at {@code from}, closing quote included; less than 0 for none. */
    int code(int number, byte[] bytes, int from, int end) {
        Word[] all = codes[number];
        for (int i = 0; i < all.length; i++) {
            if (all[i].isAt(bytes, from, end)) {
                return i;
            }
        }
        return NONE;
    }

    int codeLength(int number, int code) {
        return codes[number][code].length();
    }
}
