package io.fieldwatch.console;

import io.fieldwatch.storage.Queries;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A console on a free port over a city in memory. */
final class RunningConsole implements AutoCloseable {

    final City city = new City(Clock.system());
    final FakeDesk desk = new FakeDesk();
    final LiveDevices live = new LiveDevices(city.catalogue, city.log, Clock.system());
    final List<Readiness.Check> checks = new CopyOnWriteArrayList<>();
    final ConsoleServer server;
    final HttpClient http = HttpClient.newHttpClient();

    RunningConsole(DataSource database) throws IOException {
        List<MetricSet<?>> none = List.of();
        checks.add(new Readiness.Check("journal", true, ""));
        server = new ConsoleServer(
                ConsoleConfig.local(0),
                new ConsoleServer.Sources(
                        city.catalogue, desk, live, new Queries(database), () -> checks, none, Clock.system()));
        live.start();
        server.start();
    }

    /** Over a database that nobody runs. */
    static RunningConsole withoutDatabase() throws IOException {
        PGSimpleDataSource down = new PGSimpleDataSource();
        down.setServerNames(new String[] {"127.0.0.1"});
        down.setPortNumbers(new int[] {1});
        return new RunningConsole(down);
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        server.close();
        live.close();
    }
}
