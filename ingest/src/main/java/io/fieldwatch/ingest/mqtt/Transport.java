package io.fieldwatch.ingest.mqtt;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;

/** How sockets are served. */
public enum Transport {
    /** Linux's epoll; where there is none, Java's own. */
    EPOLL,
    /** Linux's io_uring, which must be there. */
    IO_URING,
    /** Java's own. */
    NIO;

    /** @throws IllegalArgumentException for io_uring where this machine has none */
    IoHandlerFactory handlers() {
        return switch (available()) {
            case EPOLL -> EpollIoHandler.newFactory();
            case IO_URING -> IoUringIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    Class<? extends ServerChannel> serverChannel() {
        return switch (available()) {
            case EPOLL -> EpollServerSocketChannel.class;
            case IO_URING -> IoUringServerSocketChannel.class;
            case NIO -> NioServerSocketChannel.class;
        };
    }

    private Transport available() {
        if (this == IO_URING && !IoUring.isAvailable()) {
            throw new IllegalArgumentException("io_uring is not available on this machine: "
                    + IoUring.unavailabilityCause().getMessage());
        }
        return this == EPOLL && !Epoll.isAvailable() ? NIO : this;
    }
}
