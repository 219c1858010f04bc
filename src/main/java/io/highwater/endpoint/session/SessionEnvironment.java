package io.highwater.endpoint.session;

import io.highwater.endpoint.EndpointNode;
import io.highwater.endpoint.codec.CodecFactory;
import io.highwater.endpoint.jetty.MessageSinks;
import jakarta.enterprise.inject.spi.BeanManager;
import java.util.concurrent.Executor;

/** What the sessions of one application's bean container share. Thread-safe. */
public final class SessionEnvironment {
    private final EndpointNode node;
    private final Executor executor;
    private final EndpointContainer container;
    private final CodecFactory codecs;
    private final MessageSinks sinks;
    private final Requests requests;

    /** See {@link #retire}. */
    private volatile boolean retired;

    /**
     * @param executor runs the endpoints' methods, which may block
     */
    public SessionEnvironment(EndpointNode node, BeanManager beans, Executor executor) {
        this.node = node;
        this.executor = executor;
        this.container = new EndpointContainer(node.settings().wire().maxMessageBytes());
        this.codecs = new CodecFactory(beans);
        this.sinks = new MessageSinks(executor);
        this.requests = Requests.of(beans);
    }

    public EndpointNode node() {
        return node;
    }

    public Executor executor() {
        return executor;
    }

    EndpointContainer container() {
        return container;
    }

    CodecFactory codecs() {
        return codecs;
    }

    MessageSinks sinks() {
        return sinks;
    }

    Requests requests() {
        return requests;
    }

    /** The beans are about to be destroyed: a session that opens from now on ends with 1012. */
    public void retire() {
        retired = true;
    }

    boolean isRetired() {
        return retired;
    }
}
