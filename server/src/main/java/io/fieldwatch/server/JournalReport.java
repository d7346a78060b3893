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
    private static final double MIB = 1024.0 * 1024;
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
        row(out, segments + (segments == 1 ? " segment" : " segments"), log.total());
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
                contents.hasArrivals() ? time(contents.firstMillis()) + " to " + time(contents.lastMillis()) : "-");
    }

    private static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }

    private static String devices(DevicesReport devices) {
        return devices.devices() + " known, "
                + (devices.snapshot() < 0
                        ? "all defined in the segments (there is no devices.snapshot: nothing was trimmed yet)"
                        : devices.snapshot() + " of them in devices.snapshot");
    }

    private static String torn(TornTail torn) {
        return torn.bytes() + " bytes at position " + torn.position() + " ("
                + torn.file().getFileName() + ", offset " + torn.offset()
                + ") are an unfinished write that nobody was told is safe; the next start takes them off";
    }

    private static String damage(Damage damage) {
        String extent = damage.goodFrom() < 0
                ? "; no whole record follows in this file"
                : "; whole records follow from position " + damage.goodFrom()
                        + " on, so this is no unfinished write but" + " bytes that have changed: "
                        + (damage.goodFrom() - damage.position()) + " bytes are lost";
        return damage.file().getFileName() + ", position " + damage.position() + ", offset " + damage.offset() + ": "
                + damage.what() + extent;
    }
}
