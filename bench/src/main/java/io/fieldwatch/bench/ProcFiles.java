package io.fieldwatch.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What Linux tells about processes and the machine under {@code /proc}; see proc(5). Empty on other systems. */
final class ProcFiles {

    /** Ticks of /proc per second: USER_HZ, 100 on every Linux that Java runs on. */
    static final double TICKS_PER_SECOND = 100;

    private static final Path PROC = Path.of("/proc");

    private ProcFiles() {}

    /**
     * One process.
     *
     * @param parent its parent's number
     * @param ticks processor time it has used
     * @param endedChildrenTicks what its children had used when they ended
     */
    record ProcessTimes(int parent, long ticks, long endedChildrenTicks) {}

    /**
     * Processor time of the whole machine since it started, in ticks.
     *
     * @param busy used by anybody on this machine
     * @param stolen wanted, but given to another machine by the host
     * @param all these and idle time
     */
    record MachineTimes(long busy, long stolen, long all) {}

    /** The numbers of all processes. */
    static List<Integer> processes() {
        List<Integer> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            entries.forEach(
                    entry -> found.add(Integer.parseInt(entry.getFileName().toString())));
        } catch (IOException e) {
            return List.of();
        }
        return found;
    }

    /** The command line, arguments separated by spaces; empty when the process has ended or is the kernel's. */
    static String commandLine(int process) {
        return read(process + "/cmdline").orElse("").replace('\0', ' ').strip();
    }

    static Optional<ProcessTimes> times(int process) {
        return read(process + "/stat").map(ProcFiles::processTimes);
    }

    static Optional<MachineTimes> machineTimes() {
        return read("stat").map(ProcFiles::machineTimes);
    }

    /** Memory of this process that is in RAM, in bytes. */
    static OptionalLong residentBytes() {
        return read("self/status").map(ProcFiles::residentBytes).orElse(OptionalLong.empty());
    }

    /** Processes running or waiting for a processor, mean of the last minute. */
    static double load() {
        return read("loadavg")
                .map(text -> Double.parseDouble(text.split(" ", 2)[0]))
                .orElse(Double.NaN);
    }

    static ProcessTimes processTimes(String stat) {
        // The name in brackets may hold anything, so the count starts behind the last bracket, at field 3.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new ProcessTimes(
                Integer.parseInt(fields[1]),
                Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
                Long.parseLong(fields[13]) + Long.parseLong(fields[14]));
    }

    static MachineTimes machineTimes(String stat) {
        String[] fields = stat.lines().findFirst().orElse("").split(" +", -1);
        long all = 0;
        for (int i = 1; i <= 8; i++) { // guests' time is contained in user time
            all += Long.parseLong(fields[i]);
        }
        long stolen = Long.parseLong(fields[8]);
        long idle = Long.parseLong(fields[4]) + Long.parseLong(fields[5]);
        return new MachineTimes(all - idle - stolen, stolen, all);
    }

    static OptionalLong residentBytes(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst();
    }

    private static Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(PROC.resolve(file), StandardCharsets.ISO_8859_1));
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty(); // ended meanwhile, or not Linux
        }
    }
}
