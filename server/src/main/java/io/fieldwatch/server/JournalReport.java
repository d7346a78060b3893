package io.fieldwatch.server;

import io.fieldwatch.journal.JournalInspection;
import io.fieldwatch.journal.JournalInspection.Contents;
import io.fieldwatch.journal.JournalInspection.Damage;
import io.fieldwatch.journal.JournalInspection.DevicesReport;
import io.fieldwatch.journal.JournalInspection.SegmentReport;
import io.fieldwatch.journal.JournalInspection.TornTail;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Prints what was found in a log. */
final class JournalReport {

    private static final String ROW = "  %-24s %15s %15s %9s %12s %16s  %s%n";
    private static final String NEXT_LINE = "%n             ".formatted();
    private static final double MIB = 1024.0 * 1024;
    private static final int DAY_LENGTH = "yyyy-MM-dd ".length();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private JournalReport() {}

    static void print(PrintWriter out, JournalInspection log) {
        out.println(log.directory() + ", log " + (log.id() == null ? "of unknown id" : log.id()));
        out.printf(
                ROW,
                "segment",
                "first position",
                "end position",
                "records",
                "observations",
                "used / file MiB",
                "observations arrived (UTC)");
        for (SegmentReport segment : log.segments()) {
            row(out, String.valueOf(segment.file().getFileName()), segment);
        }
        int segments = log.segments().size();
        if (segments > 1) {
            row(out, segments + " segments", log.total());
        }
        DevicesReport devices = log.devices();
        if (devices != null) {
            out.println("  devices    " + devices(devices));
        }
        TornTail torn = log.tornTail();
        if (torn != null) {
            out.println("  torn tail  " + torn(torn));
        }
        log.damage().forEach(damage -> out.println("  DAMAGED    " + damage(damage)));
        if (log.sound()) {
            out.println("  sound");
        } else {
            out.println(
                    "  The engine does not start on a damaged log. Put whole files back from a copy, or move the whole");
            out.println(
                    "  directory away: then what the database does not have yet is lost. How far the database has come");
            out.println("  is in its table fieldwatch.log_position.");
        }
        out.println();
    }

    private static void row(PrintWriter out, String name, SegmentReport row) {
        Contents contents = row.contents();
        out.printf(
                ROW,
                name,
                row.base(),
                row.end(),
                contents.records(),
                contents.observations(),
                String.format(Locale.ROOT, "%.1f / %.1f", row.usedBytes() / MIB, row.allocatedBytes() / MIB),
                contents.hasArrivals() ? arrivals(contents) : "-");
    }

    /** The day is said once when it is the same. */
    private static String arrivals(Contents contents) {
        String first = TIME.format(Instant.ofEpochMilli(contents.firstMillis()));
        String last = TIME.format(Instant.ofEpochMilli(contents.lastMillis()));
        boolean sameDay = first.regionMatches(0, last, 0, DAY_LENGTH);
        return first + " to " + (sameDay ? last.substring(DAY_LENGTH) : last);
    }

    private static String devices(DevicesReport devices) {
        return devices.devices() + " known, "
                + (devices.snapshot() < 0
                        ? "all defined in the segments (there is no devices.snapshot: nothing was trimmed yet)"
                        : devices.snapshot() + " of them in devices.snapshot");
    }

    private static String torn(TornTail torn) {
        return torn.bytes() + " bytes at position " + torn.position() + " ("
                + torn.file().getFileName() + ", offset "
                + torn.offset() + ") are an unfinished write;" + NEXT_LINE
                + "nobody was told that it is safe, and the next start takes it off";
    }

    private static String damage(Damage damage) {
        String extent = damage.goodFrom() < 0
                ? "no whole record follows in this file"
                : damage.goodFrom() - damage.position() + " bytes are lost; whole records follow from position "
                        + damage.goodFrom() + " on, so this is no unfinished write: bytes have changed";
        return damage.file().getFileName() + ", position " + damage.position() + ", offset " + damage.offset() + ": "
                + damage.what() + NEXT_LINE + extent;
    }
}
