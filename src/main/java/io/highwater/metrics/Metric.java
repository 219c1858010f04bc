package io.highwater.metrics;

/**
 * Every metric of ours: its name as a scrape shows it, its type, and one sentence. The names are a
 * contract with dashboards and alerts; those of the JVM are Micrometer's and not listed here.
 */
enum Metric {
    CONNECTIONS("highwater_connections", Type.GAUGE, "Open WebSocket connections, by transport."),
    QUEUE_DEPTH(
            "highwater_queue_depth_messages",
            Type.GAUGE,
            "Messages queued for a connection: this many or fewer for the quantile's share of them."),
    QUEUED_BYTES(
            "highwater_queued_bytes",
            Type.GAUGE,
            "Bytes that all queues keep on the heap, a frame that sessions share counted once."),
    QUEUED_HEAP_RATIO(
            "highwater_queued_heap_ratio",
            Type.GAUGE,
            "Queued bytes as a share of the largest heap this process may have, 0 to 1."),
    SLOW_CLIENTS(
            "highwater_slow_clients",
            Type.GAUGE,
            "Sessions whose queue has been above its low-water mark for a second."),
    MESSAGE_LATENCY(
            "highwater_message_latency_seconds",
            Type.HISTOGRAM,
            "From append, or offer, of a message to its last byte taken by the transport, sampled."),
    CLOSES(
            "highwater_closes_total",
            Type.COUNTER,
            "Ended WebSocket connections, by close code; codes without a meaning here are other."),
    RECONNECTS(
            "highwater_reconnects_total",
            Type.COUNTER,
            "Channel sessions whose client said in its hello that it had been connected before."),
    HANDSHAKES(
            "highwater_handshakes_total",
            Type.COUNTER,
            "Opening handshakes: accepted, or the word of the rule that refused."),
    EVICTIONS(
            "highwater_evictions_total",
            Type.COUNTER,
            "Sessions ended for reading too slowly: by the policy of their queue, or by the governor."),
    PING_RTT(
            "highwater_ping_rtt_seconds",
            Type.HISTOGRAM,
            "From a ping's last byte taken by the transport to its pong."),
    DEFLATE_BYTES(
            "highwater_deflate_bytes",
            Type.GAUGE,
            "Bytes of the messages that were sent or received compressed, since the start: plain and on the wire."),
    DEFLATE_CONTEXT_BYTES(
            "highwater_deflate_context_bytes",
            Type.GAUGE,
            "Bytes of heap that compression contexts take now."),
    DEFLATE_STEPS(
            "highwater_deflate_steps_total",
            Type.COUNTER,
            "Times that compression was cut back to this, or allowed again, by its memory budget."),
    ACCOUNT_BYTES(
            "highwater_account_bytes",
            Type.GAUGE,
            "Bytes of heap that clients make the node keep now, by account."),
    ACCOUNT_LIMIT_BYTES(
            "highwater_account_limit_bytes",
            Type.GAUGE,
            "Bytes of heap that clients may make the node keep, by account."),
    ACCOUNT_ENDED(
            "highwater_account_ended_total",
            Type.COUNTER,
            "Sessions, connections and requests that were ended because an account was full."),
    TCP_CONNECTIONS(
            "highwater_tcp_connections",
            Type.GAUGE,
            "Open TCP connections of the data ports, WebSockets and all others."),
    TCP_CONNECTIONS_LIMIT(
            "highwater_tcp_connections_limit",
            Type.GAUGE,
            "TCP connections that the data ports may have; 0 where that is not limited."),
    CONNECTIONS_REFUSED(
            "highwater_connections_refused_total",
            Type.COUNTER,
            "TCP connections that were reset as they came, by the limit that they passed."),
    REQUESTS_REFUSED(
            "highwater_requests_refused_total",
            Type.COUNTER,
            "HTTP requests that were answered with 503 because too many were under way."),
    DEADLINES(
            "highwater_deadlines_total",
            Type.COUNTER,
            "Connections that were ended because their client took too long, by what it did not do.");

    /** The word of the exposition format's TYPE line. */
    enum Type {
        COUNTER("counter"),
        GAUGE("gauge"),
        HISTOGRAM("histogram");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    private final String exposedName;
    private final Type type;
    private final String help;

    Metric(String exposedName, Type type, String help) {
        this.exposedName = exposedName;
        this.type = type;
        this.help = help;
    }

    String exposedName() {
        return exposedName;
    }

    Type type() {
        return type;
    }

    String help() {
        return help;
    }
}
