package io.highwater.server;

import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.wire.jetty.SelectRound;
import io.highwater.wire.jetty.UpgradeHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.annotation.Name;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty's connector with less memory per connection and fewer thread changes. Options are set on
 * the channel: Jetty asks the channel for its Socket, which the channel then creates and keeps, 64
 * bytes for as long as it lives. Without acceptor threads, which is the default, the selector
 * threads accept, open and close connections themselves. As thread-safe as Jetty's.
 */
public final class SocketConnector extends ServerConnector {
    private static final Logger LOG = LoggerFactory.getLogger(SocketConnector.class);

    /** This many connections are accepted in a row; then the existing ones get a turn. */
    private static final int ACCEPTED_AT_ONCE = 64;

    /**
     * Pause after a failed accept, so that a node without descriptors gets some back; as in Jetty.
     */
    private static final long REFUSAL_PAUSE_SECONDS = 1;

    /** Set while this thread closes a connection that is a WebSocket. */
    private static final ThreadLocal<Boolean> LEAVING = new ThreadLocal<>();

    /** Set before the start; null if connections are not limited. */
    private volatile @Nullable Edge edge;

    /** With the number of selector threads that fits the cores. */
    public SocketConnector(Server server, ConnectionFactory... protocols) {
        this(server, 0, -1, protocols);
    }

    /**
     * Called by the XML of a Jetty base (jetty-base/etc), by these parameter names.
     *
     * @param acceptors threads that accept; 0 leaves it to the selector threads
     * @param selectors threads that select; -1 means the number that fits the cores
     */
    public SocketConnector(
            @Name("server") Server server,
            @Name("acceptors") int acceptors,
            @Name("selectors") int selectors,
            @Name("factories") ConnectionFactory... protocols) {
        super(server, acceptors, selectors, protocols);
    }

    @Override
    public void accept(int acceptorId) throws IOException {
        ServerSocketChannel listening = (ServerSocketChannel) getTransport();
        if (listening != null && listening.isOpen()) {
            accepted(listening.accept());
        }
    }

    /**
     * Called before the start: accepted connections are counted from then on, and may be refused.
     */
    void guard(Edge by) {
        edge = by;
    }

    private LogLimit logs() {
        Edge guard = edge;
        return guard == null ? LogLimit.none() : guard.logs();
    }

    /** The payer of a connection that such a connector accepted and counts; null for others. */
    static @Nullable Payer payer(EndPoint endPoint) {
        return endPoint instanceof LeavingEndPoint ours ? ours.payer : null;
    }

    private void accepted(SocketChannel channel) throws IOException {
        Edge guard = edge;
        Payer payer = null;
        if (guard != null && channel.getRemoteAddress() instanceof InetSocketAddress from) {
            payer = guard.connections().accepted(from.getAddress());
            if (payer == null) {
                refuse(channel);
                return;
            }
        }
        try {
            channel.configureBlocking(false);
            configure(channel);
        } catch (IOException | RuntimeException | Error e) {
            left(payer);
            IO.close(channel);
            throw e;
        }
        // From here on a failure is reported to the selectors' manager.
        getSelectorManager().accept(channel, payer);
    }

    /** Resets the connection, so that neither kernel keeps anything of it. */
    private static void refuse(SocketChannel channel) {
        try (channel) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            LOG.debug("a connection to refuse is gone already", e);
        }
    }

    private static void left(@Nullable Payer payer) {
        if (payer != null) {
            payer.tcp().closed();
        }
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        stopListening();
        return super.shutdown();
    }

    @Override
    public void close() {
        super.close();
        stopListening();
    }

    /** The kernel closes the socket once the thread that selects on it has noticed. */
    private void stopListening() {
        IO.close((ServerSocketChannel) getTransport());
        for (ManagedSelector selector : getSelectorManager().getBeans(ManagedSelector.class)) {
            selector.submit(ignored -> {});
        }
    }

    /** Pauses, since the port would be selected again and again without success. */
    private void pauseAccepting(IOException cause) {
        LOG.atWarn().setCause(cause).log("accept_failed");
        setAccepting(false);
        try {
            getScheduler().schedule(this::resumeAccepting, REFUSAL_PAUSE_SECONDS, TimeUnit.SECONDS);
        } catch (RuntimeException | Error e) {
            // Otherwise nothing would resume it.
            resumeAccepting();
            throw e;
        }
    }

    private void resumeAccepting() {
        if (isRunning() && isOpen()) {
            setAccepting(true);
        }
    }

    @Override
    protected SelectorManager newSelectorManager(
            Executor executor, Scheduler scheduler, int selectors) {
        return new ServerConnectorManager(executor, scheduler, selectors) {
            /** Connections accepted in a row. Confined to the thread that selects on the port. */
            private int acceptedAtOnce;

            @Override
            protected ManagedSelector newSelector(int id) {
                return new YieldingSelector(this, id, logs());
            }

            /** Null if enough were accepted for now, or if none is waiting. */
            @Override
            protected @Nullable SelectableChannel doAccept(SelectableChannel listening) {
                SelectableChannel accepted = null;
                if (acceptedAtOnce < ACCEPTED_AT_ONCE) {
                    try {
                        accepted = ((ServerSocketChannel) listening).accept();
                    } catch (ClosedChannelException e) {
                        LOG.debug("the port was closed", e);
                    } catch (IOException e) {
                        pauseAccepting(e);
                    }
                }
                acceptedAtOnce = accepted == null ? 0 : acceptedAtOnce + 1;
                return accepted;
            }

            @Override
            protected void accepted(SelectableChannel channel) throws IOException {
                SocketConnector.this.accepted((SocketChannel) channel);
            }

            @Override
            protected void onAcceptFailed(
                    SelectableChannel channel, Throwable failure, @Nullable Object attachment) {
                left((Payer) attachment);
                super.onAcceptFailed(channel, failure, attachment);
            }

            /**
             * Opens a new connection on its selector's thread, and ends a WebSocket on the thread
             * that closes it: both take less time than a thread change, and call no blocking code.
             */
            @Override
            protected void execute(Runnable task) {
                if (task instanceof ManagedSelector.SelectorUpdate || LEAVING.get() != null) {
                    SelectRound.next();
                    task.run();
                } else {
                    super.execute(task);
                }
            }
        };
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        SocketChannelEndPoint endPoint =
                new LeavingEndPoint(
                        channel, selector, key, getScheduler(), (Payer) key.attachment());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    /**
     * Jetty's endpoint; but if its connection is a WebSocket, no other thread handles the close.
     */
    private static final class LeavingEndPoint extends SocketChannelEndPoint {
        /** Null if connections are not counted. */
        private final @Nullable Payer payer;

        LeavingEndPoint(
                SocketChannel channel,
                ManagedSelector selector,
                SelectionKey key,
                Scheduler scheduler,
                @Nullable Payer payer) {
            super(channel, selector, key, scheduler);
            this.payer = payer;
        }

        @Override
        public Runnable onSelected() {
            SelectRound.next();
            return super.onSelected();
        }

        @Override
        public void onClose(@Nullable Throwable cause) {
            left(payer);
            if (!UpgradeHandler.isWebSocket(getConnection())) {
                super.onClose(cause);
                return;
            }
            LEAVING.set(Boolean.TRUE);
            try {
                super.onClose(cause);
            } finally {
                LEAVING.remove();
            }
        }
    }

    /**
     * Yields before a select that would sleep, so that the callbacks it handed over run first if
     * they share its core. Asleep in select, it would be woken by the answer to each of them and
     * take the core from the next one: a thread switch for every few messages. If a core is free,
     * this costs one system call.
     */
    private static final class YieldingSelector extends ManagedSelector {
        private final SelectRound round;

        /** Confined to the selecting thread; which thread that is changes under Jetty's lock. */
        private boolean hadWork;

        YieldingSelector(SelectorManager manager, int id, LogLimit logs) {
            super(manager, id);
            round = new SelectRound(logs);
        }

        @Override
        protected int nioSelect(Selector selector, boolean now) throws IOException {
            round.end();
            if (!now && hadWork) {
                Thread.yield();
            }
            int selected = super.nioSelect(selector, now);
            hadWork = selected > 0;
            round.begin();
            return selected;
        }

        @Override
        protected void doStop() throws Exception {
            try {
                super.doStop();
            } finally {
                round.end();
            }
        }
    }

    private void configure(SocketChannel accepted) {
        try {
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, getAcceptedTcpNoDelay());
            if (getAcceptedReceiveBufferSize() >= 0) {
                accepted.setOption(StandardSocketOptions.SO_RCVBUF, getAcceptedReceiveBufferSize());
            }
            if (getAcceptedSendBufferSize() >= 0) {
                accepted.setOption(StandardSocketOptions.SO_SNDBUF, getAcceptedSendBufferSize());
            }
        } catch (IOException e) {
            LOG.debug("no options for a connection that is gone already", e);
        }
    }
}
