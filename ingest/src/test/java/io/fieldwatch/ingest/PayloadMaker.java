package io.fieldwatch.ingest;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.nio.charset.StandardCharsets;

/** Makes JSON out of a fuzzer's data: mostly observations as devices send them, with every kind of value in every place. */
final class PayloadMaker {

    private static final int ELEMENTS_MAX = 5;
    private static final int MEMBERS_MAX = 6;
    private static final int DEPTH_MAX = 18;
    private static final String[] NAMES = {
        "time",
        "device",
        "intensity",
        "congested",
        "laneId",
        "laneDirection",
        "averageVehicleSpeed",
        "on",
        "fps",
        "name",
        "area",
        "lat",
        "lon",
        "unknown",
        "",
        "__proto__",
        "t\\u0069me",
        "intensit\\u0079",
        "T\u00F4",
    };
    private static final String[] VALUES = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-0.0",
        "1",
        "12",
        "38.5",
        "1e1",
        "1E-400",
        "1e999",
        "-1e999",
        "0.1",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "1.0",
        "3.5",
        "1e400",
        "123456789012345678901234567890123456789012345678901234567890.25",
        "4.9e-324",
        "2.2250738585072012e-308",
        "1795417200000",
        "1795417199750.125",
        "1.79541719975e12",
        "\"forward\"",
        "\"backward\"",
        "\"cam-1\"",
        "\"cam-2\"",
        "\"2026-11-23T06:59:59.250Z\"",
        "\"2026-11-23T13:59:58.5+07:00\"",
        "\"2026-11-23t06:59:59z\"",
        "\"2024-02-30T00:00:00Z\"",
        "\"2026-11-22T23:59:60Z\"",
        "\"2026-11-23T06:59:59.123456789Z\"",
        "\"\"",
        "\"T\u00F4 Hi\u1EC7u\"",
        "\"\\ud83d\\udea6\"",
        "\"\\ud83d\"",
        "\"\\u0000\"",
        "\"\uD83D\uDEA6\"",
        "\"a\\/b\"",
        "{}",
        "[]",
        "[1,{\"a\":[]}]",
        "NaN",
        "Infinity",
        "01",
        "+1",
        ".5",
        "1.",
        "'a'",
        "\"\\x\"",
        "\"\t\"",
        "nul",
        "",
    };
    private static final String[] SPACES = {"", "", "", " ", "\n", "\t\r ", "/* */", "\uFEFF", "\u00A0"};

    private final FuzzedDataProvider data;
    private final StringBuilder json = new StringBuilder();

    PayloadMaker(FuzzedDataProvider data) {
        this.data = data;
    }

    byte[] payload() {
        space();
        switch (data.consumeInt(0, 5)) {
            case 0 -> list();
            case 1 -> value(0);
            default -> object(0);
        }
        space();
        return scarred(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void list() {
        json.append('[');
        int elements = data.consumeInt(0, ELEMENTS_MAX);
        for (int i = 0; i < elements; i++) {
            space();
            if (rarely()) {
                value(1);
            } else {
                object(1);
            }
            space();
            json.append(i + 1 < elements ? "," : "");
        }
        json.append(rarely() ? "" : "]");
    }

    private void object(int depth) {
        json.append('{');
        int members = data.consumeInt(0, MEMBERS_MAX);
        for (int i = 0; i < members; i++) {
            space();
            json.append('"').append(data.pickValue(NAMES)).append('"');
            space();
            json.append(':');
            space();
            value(depth + 1);
            json.append(i + 1 < members || rarely() ? "," : "");
        }
        space();
        json.append(rarely() ? "" : "}");
    }

    private void value(int depth) {
        if (!rarely()) {
            json.append(data.pickValue(VALUES));
        } else if (data.consumeBoolean()) {
            json.append(data.consumeLong()).append(rarely() ? "e" + data.consumeInt(-400, 400) : "");
        } else if (depth < DEPTH_MAX) {
            nested(data.consumeInt(1, DEPTH_MAX));
        }
    }

    private void nested(int depth) {
        json.append("[".repeat(depth)).append("]".repeat(depth));
    }

    private void space() {
        if (rarely()) {
            json.append(data.pickValue(SPACES));
        }
    }

    private byte[] scarred(byte[] bytes) {
        for (int scars = rarely() ? data.consumeInt(0, 3) : 0; scars > 0 && bytes.length > 0; scars--) {
            bytes[data.consumeInt(0, bytes.length - 1)] = data.consumeByte();
        }
        return bytes;
    }

    private boolean rarely() {
        return data.consumeInt(0, 15) == 15;
    }
}
