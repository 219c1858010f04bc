package io.highwater.outbound;

import io.highwater.wire.Wire;

/**
 * Makes the queues of one route and holds what they share, so that an idle queue is six fields.
 * What a queue does is done here, for all of them, by subject: {@link Offering}, {@link Writing}
 * and {@link Ending}. Immutable; thread-safe.
 */
public final class SendQueues {
    private final OutboundSettings settings;
    private final OutboundNode node;
    private final Callbacks callbacks;
    private final Ending ending;
    private final Writing writing;
    private final Offering offering;

    public SendQueues(OutboundSettings settings, OutboundNode node) {
        this(settings, node, LatencySample.ONE_IN_64);
    }

    SendQueues(OutboundSettings settings, OutboundNode node, LatencySample sample) {
        this.settings = settings;
        this.node = node;
        callbacks = new Callbacks(node.ticker(), node.observer(), node.logs());
        ending = new Ending(settings, node, callbacks);
        OverflowRule rule = new OverflowRule(settings);
        writing = new Writing(rule, node, callbacks, ending);
        offering = new Offering(settings, rule, sample, node, callbacks, writing, ending);
    }

    /** The queue before {@code wire}, whose only caller of {@link Wire#write} it is from now on. */
    public SendQueue open(Wire wire, SendQueueListener listener) {
        return new SendQueue(wire, listener, this);
    }

    OutboundSettings settings() {
        return settings;
    }

    OutboundNode node() {
        return node;
    }

    Callbacks callbacks() {
        return callbacks;
    }

    Offering offering() {
        return offering;
    }

    Writing writing() {
        return writing;
    }

    Ending ending() {
        return ending;
    }
}
