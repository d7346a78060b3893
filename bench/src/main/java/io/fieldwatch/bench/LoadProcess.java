package io.fieldwatch.bench;

import io.fieldwatch.simulator.load.LoadConfig;
import io.fieldwatch.simulator.load.LoadRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The load client in a process of its own, so that its processor time is not the engine's. */
final class LoadProcess {

    private static final Duration CONNECT_WAIT = Duration.ofMinutes(1);
    private static final Duration ACK_WAIT = Duration.ofMinutes(1);

    /**
     * What to publish.
     *
     * @param devicesEach devices of a connection
     * @param batch observations in a message
     * @param rate observations per second; 0 for as fast as they are acknowledged
     * @param warmUp at the beginning, not in the latencies
     * @param whole the warm-up included
     */
    record Load(int connections, int devicesEach, int batch, double rate, Duration warmUp, Duration whole) {}

    /** What it said at its end: numbers by name, without their units. */
    record Said(Map<String, Double> values) {

        double value(String name) {
            Double value = values.get(name);
            if (value == null) {
                throw new IllegalStateException("the load client did not say " + name);
            }
            return value;
        }
    }

    private LoadProcess() {}

    /** Publishes to a port of this machine until the time is over and all is acknowledged. */
    static Said run(int port, Load load) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoadProcess.class.getName(),
                        Integer.toString(port),
                        Integer.toString(load.connections()),
                        Integer.toString(load.devicesEach()),
                        Integer.toString(load.batch()),
                        Double.toString(load.rate()),
                        load.warmUp().toString(),
                        load.whole().toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread killer = new Thread(process::destroyForcibly, "bench-kill-load");
        Runtime.getRuntime().addShutdownHook(killer);
        String last = "";
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
            }
        }
        int exit = process.waitFor();
        Runtime.getRuntime().removeShutdownHook(killer);
        if (exit != 0) {
            throw new IOException("the load client ended with " + exit + ": " + last);
        }
        return parse(last);
    }

    static Said parse(String summary) {
        Map<String, Double> values = new HashMap<>();
        for (String word : summary.split(" ")) {
            String[] parts = word.split("=", 2);
            if (parts.length == 2 && !parts[1].startsWith("0x")) {
                values.put(parts[0], Double.parseDouble(parts[1].replaceAll("[^0-9.-].*$", "")));
            }
        }
        return new Said(values);
    }

    /** The process's own beginning. */
    public static void main(String[] words) throws Exception {
        LoadConfig config = LoadConfig.to("127.0.0.1", Integer.parseInt(words[0]))
                .withConnections(Integer.parseInt(words[1]))
                .withBatch(Integer.parseInt(words[3]), Integer.parseInt(words[2]))
                .withRate(Double.parseDouble(words[4]))
                .withTimes(Duration.parse(words[5]), Duration.parse(words[6]));
        try (LoadRun run = new LoadRun(config)) {
            run.start();
            if (!run.awaitConnected(CONNECT_WAIT)) {
                System.out.println("only " + run.connected() + " connections");
                System.exit(1);
            }
            run.publish();
            Thread.sleep(Duration.parse(words[6]).toMillis());
            System.out.println(run.stop(ACK_WAIT).summary());
        }
    }
}
