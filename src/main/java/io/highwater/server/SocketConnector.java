package io.highwater.server;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.annotation.Name;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty's connector, but that it sets the options of an accepted connection on its channel: asked
 * for its Socket, as Jetty does, a channel makes one and keeps it, 64 bytes for as long as it
 * lives. Thread-safe as Jetty's.
 */
public final class SocketConnector extends ServerConnector {
    private static final Logger LOG = LoggerFactory.getLogger(SocketConnector.class);

    /** With as many threads that accept and that select as fit the cores. */
    public SocketConnector(Server server, ConnectionFactory... protocols) {
        super(server, protocols);
    }

    /**
     * Called by the XML of a Jetty base (jetty-base/etc), by these names.
     *
     * @param acceptors threads that accept; -1 is as many as fit the cores
     * @param selectors likewise, of those that select
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
            SocketChannel accepted = listening.accept();
            try {
                accepted.configureBlocking(false);
                configure(accepted);
                getSelectorManager().accept(accepted);
            } catch (IOException | RuntimeException e) {
                accepted.close();
                throw e;
            }
        }
    }

    @Override
    protected SelectorManager newSelectorManager(
            Executor executor, Scheduler scheduler, int selectors) {
        return new ServerConnectorManager(executor, scheduler, selectors) {
            @Override
            protected ManagedSelector newSelector(int id) {
                return new YieldingSelector(this, id);
            }

            /**
             * A new connection is made on its selector: that takes less than a change of threads.
             */
            @Override
            protected void execute(Runnable task) {
                if (task instanceof ManagedSelector.SelectorUpdate) {
                    task.run();
                } else {
                    super.execute(task);
                }
            }
        };
    }

    /**
     * Lets the callbacks that it handed over go first where they share its core: asleep in select,
     * it would be woken by the answer to each of them and take the core from the next, a switch of
     * threads for each few messages. With a core to spare it costs a system call.
     */
    private static final class YieldingSelector extends ManagedSelector {
        /** Confined to the thread that selects; which it is, changes under Jetty's lock. */
        private boolean hadWork;

        YieldingSelector(SelectorManager manager, int id) {
            super(manager, id);
        }

        @Override
        protected int nioSelect(Selector selector, boolean now) throws IOException {
            if (!now && hadWork) {
                Thread.yield();
            }
            int selected = super.nioSelect(selector, now);
            hadWork = selected > 0;
            return selected;
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
