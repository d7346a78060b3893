package io.fieldwatch.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Between fieldwatch and its database on the loopback interface: understands the PostgreSQL protocol and lets the
 * network fail at an exact message. Holds at most one message of each direction of each connection. Thread-safe.
 */
final class PostgresProxy implements AutoCloseable {

    private static final int CONNECTIONS_MAX = 200;
    private static final Duration END_WAIT = Duration.ofSeconds(5);

    private final ServerSocket server;
    private final int targetPort;
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final Thread acceptor;
    private volatile boolean refusing;
    private volatile boolean silent;

    PostgresProxy(int targetPort) throws IOException {
        this.targetPort = targetPort;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        acceptor = daemon("postgres-proxy-acceptor", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Something happens at the n-th message of a sort, counted from 1 and from now. */
    Fault at(int occurrence, Predicate<Passing> when, Fault.Action action) {
        Fault fault = new Fault(occurrence, when, action);
        faults.add(fault);
        return fault;
    }

    /** Counts messages of a sort from now. */
    Fault count(Predicate<Passing> when) {
        Fault fault = Fault.none(when);
        faults.add(fault);
        return fault;
    }

    /** While refusing, new connections are reset at once; the existing ones are when it begins. */
    void refuse(boolean yes) {
        refusing = yes;
        if (yes) {
            connections.forEach(ProxiedConnection::reset);
        }
    }

    /** While silent, nothing passes on any connection, old or new, and none of them ends: the cable is cut. */
    void silence(boolean yes) {
        silent = yes;
        if (yes) {
            connections.forEach(ProxiedConnection::silence);
        }
    }

    /** Ends the connections that hang. */
    void endSilent() {
        connections.stream().filter(ProxiedConnection::silent).forEach(ProxiedConnection::reset);
    }

    @Override
    public void close() throws IOException {
        server.close();
        connections.forEach(ProxiedConnection::reset);
        try {
            acceptor.join(END_WAIT.toMillis());
            boolean ended = !acceptor.isAlive();
            for (ProxiedConnection connection : connections) {
                ended &= connection.join(END_WAIT);
            }
            if (!ended) {
                throw new IOException("the proxy on port " + port() + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The first fault that is due at a message, or null; all of them count it. */
    @Nullable
    Fault meet(Passing passing) {
        Fault due = null;
        for (Fault fault : faults) {
            if (fault.meets(passing) && due == null) {
                due = fault;
            }
        }
        return due;
    }

    void ended(ProxiedConnection connection) {
        connections.remove(connection);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (refusing || connections.size() >= CONNECTIONS_MAX) {
                    client.setSoLinger(true, 0);
                    client.close();
                } else {
                    open(client);
                }
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void open(Socket client) throws IOException {
        Socket target;
        try {
            target = new Socket(InetAddress.getLoopbackAddress(), targetPort);
        } catch (IOException e) {
            client.close(); // the server is down
            return;
        }
        ProxiedConnection connection = new ProxiedConnection(this, client, target);
        connections.add(connection);
        if (silent) {
            connection.silence();
        }
        connection.start();
        if (server.isClosed()) {
            connection.reset();
        }
    }

    static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
