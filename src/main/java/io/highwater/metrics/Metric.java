package io.highwater.metrics;

/**
 * Every metric of ours: its name as a scrape shows it, its type, and one sentence that begins with
 * the verb for its type. The names are a contract with dashboards and alerts. Micrometer's metrics
 * of the JVM are not listed here; docs/metrics.md lists all.
 */
enum Metric {
    BUILD_INFO(
            "highwater_build_info",
            Type.INFO,
            "Shows in its labels which versions of Highwater, Java and Jetty run; the value is 1."),
    CONNECTIONS(
            "highwater_connections",
            Type.GAUGE,
            "Shows how many WebSockets are open, by transport."),
    CONNECTIONS_LIMIT(
            "highwater_connections_limit",
            Type.GAUGE,
            "Shows how many WebSockets the node may have; 0 means that there is no limit."),
    CONNECTIONS_PER_IP_LIMIT(
            "highwater_connections_per_ip_limit",
            Type.GAUGE,
            "Shows how many WebSockets one address may have; 0 means that there is no limit."),
    CLOSES(
            "highwater_closes_total",
            Type.COUNTER,
            "Counts WebSockets that ended, by close code; a code without a meaning here counts as other."),
    HANDSHAKES(
            "highwater_handshakes_total",
            Type.COUNTER,
            "Counts opening handshakes by outcome: accepted, or the word of the rule that refused."),
    MESSAGES(
            "highwater_messages_total",
            Type.COUNTER,
            "Counts messages that clients sent (in) and that were written to clients (out)."),
    MESSAGE_BYTES(
            "highwater_message_bytes_total",
            Type.COUNTER,
            "Counts the payload bytes of messages, without frame headers and before compression."),
    MESSAGE_LIMIT_BYTES(
            "highwater_message_limit_bytes",
            Type.GAUGE,
            "Shows how large a client's message may be if its endpoint has no limit of its own."),
    MESSAGE_LATENCY(
            "highwater_message_latency_seconds",
            Type.HISTOGRAM,
            "Measures the time from a message's append or offer until the transport took its last byte, for one message in 64; messages that a client missed and gets from the log are not measured."),
    MESSAGES_DROPPED(
            "highwater_messages_dropped_total",
            Type.COUNTER,
            "Counts messages that a session did not get and went on without, since its queue was full, by policy; under demote, since the log had trimmed them."),
    QUEUE_DEPTH(
            "highwater_queue_depth_messages",
            Type.GAUGE,
            "Shows how many messages, at most, are queued for the quantile's share of the connections; the values of several nodes can't be added up."),
    QUEUED_MESSAGES(
            "highwater_queued_messages",
            Type.GAUGE_HISTOGRAM,
            "Shows how many connections have at most so many messages queued now; the values of several nodes can be added up."),
    QUEUED_BYTES(
            "highwater_queued_bytes",
            Type.GAUGE,
            "Shows how many bytes of heap all queues keep; a frame that sessions share counts once."),
    QUEUED_HEAP_RATIO(
            "highwater_queued_heap_ratio",
            Type.GAUGE,
            "Shows queued bytes as a share, 0 to 1, of the largest heap that the process may have."),
    QUEUE_LIMIT_MESSAGES(
            "highwater_queue_limit_messages",
            Type.GAUGE,
            "Shows how many messages a queue may hold until its policy acts, if its endpoint sets no other limit."),
    QUEUE_LIMIT_BYTES(
            "highwater_queue_limit_bytes",
            Type.GAUGE,
            "Shows how many bytes a queue may hold until its policy acts, if its endpoint sets no other limit."),
    SLOW_CLIENTS(
            "highwater_slow_clients",
            Type.GAUGE,
            "Shows how many sessions have had their queue above its low-water mark for a second."),
    EVICTIONS(
            "highwater_evictions_total",
            Type.COUNTER,
            "Counts sessions that were ended for reading too slowly, by their queue's policy or by the governor."),
    PING_RTT(
            "highwater_ping_rtt_seconds",
            Type.HISTOGRAM,
            "Measures the time from when the transport took a ping's last byte until the pong came."),
    CHANNELS(
            "highwater_channels",
            Type.GAUGE,
            "Shows how many channels have subscribers on this node."),
    SUBSCRIPTIONS(
            "highwater_subscriptions",
            Type.GAUGE,
            "Shows how many subscriptions to channels this node has."),
    DEMOTED_SUBSCRIPTIONS(
            "highwater_demoted_subscriptions",
            Type.GAUGE,
            "Shows how many subscriptions under DEMOTE are served from the log, since their clients read slowly."),
    DEMOTIONS(
            "highwater_demotions_total",
            Type.COUNTER,
            "Counts how often a subscription under DEMOTE lost its queue, since its client read slowly."),
    PUBLICATIONS(
            "highwater_publications_total",
            Type.COUNTER,
            "Counts publications that this node had appended to the log, where a repeat counts once, and those of its clients in ephemeral channels."),
    PUBLICATIONS_REFUSED(
            "highwater_publications_refused_total",
            Type.COUNTER,
            "Counts publications that were refused because the fan-out was too far behind."),
    BACKBONE_AVAILABLE(
            "highwater_backbone_available",
            Type.GAUGE,
            "Shows 1 while the log of the channels takes messages, and 0 otherwise."),
    PUBLICATIONS_DROPPED(
            "highwater_publications_dropped_total",
            Type.COUNTER,
            "Counts publications of other nodes in ephemeral channels that were dropped because the fan-out was too far behind."),
    BACKBONE_WAITING(
            "highwater_backbone_waiting_messages",
            Type.GAUGE,
            "Shows how many messages of this node wait until Redis has them and the node has read them back; with an archive, until that has them too."),
    BACKBONE_ACKNOWLEDGE(
            "highwater_backbone_acknowledge_seconds",
            Type.HISTOGRAM,
            "Measures the time from when a message was handed to the log in Redis until it was acknowledged."),
    BACKBONE_MESSAGES(
            "highwater_backbone_messages_total",
            Type.COUNTER,
            "Counts messages to the log in Redis: repeats, those that failed in time or were refused since too many waited, and those that were fenced or resent when a new generation began."),
    BACKBONE_ENTRIES(
            "highwater_backbone_entries_total",
            Type.COUNTER,
            "Counts entries of the log in Redis that this node read, missed, recovered from the archive in their turn or late, could not read, or will never be archived since Redis dropped them."),
    BACKBONE_RETRIES(
            "highwater_backbone_retries_total",
            Type.COUNTER,
            "Counts appends, reads and connections to Redis, and writes to the archive, that failed and are tried again after a pause."),
    BACKBONE_GENERATIONS(
            "highwater_backbone_generations_total",
            Type.COUNTER,
            "Counts shards of the log that began a new generation, since Redis restarted, failed over or lost data."),
    BACKBONE_LEASES(
            "highwater_backbone_leases",
            Type.GAUGE,
            "Shows how many of the log's 64 shards this node archives."),
    BACKBONE_STALLED(
            "highwater_backbone_stalled_shards",
            Type.GAUGE,
            "Shows how many shards of the log refuse messages of this node, since the archive is too far behind."),
    BACKBONE_LAG(
            "highwater_backbone_lag_entries",
            Type.GAUGE,
            "Shows how many entries of the log in Redis this node had not read when it last compared positions, which it does every 25 to 40 seconds."),
    ARCHIVE_AVAILABLE(
            "highwater_archive_available",
            Type.GAUGE,
            "Shows 1 while the archive can be written and read, and 0 otherwise; a node without an archive does not have it."),
    ARCHIVE_WAITING(
            "highwater_archive_waiting_writes",
            Type.GAUGE,
            "Shows how many calls with entries wait until the archive has written them."),
    ARCHIVE_WRITE(
            "highwater_archive_write_seconds",
            Type.HISTOGRAM,
            "Measures how long the archive took for one write of what had gathered, until no crash can lose it."),
    ARCHIVE_WATERMARK_AGE(
            "highwater_archive_watermark_age_seconds",
            Type.HISTOGRAM,
            "Measures how long the oldest entry of a write had waited until it was archived: how far the archive is behind what is published."),
    ARCHIVE_ENTRIES(
            "highwater_archive_entries_total",
            Type.COUNTER,
            "Counts entries that were archived; those that the archive had already are counted again."),
    ARCHIVE_BYTES(
            "highwater_archive_bytes_total",
            Type.COUNTER,
            "Counts bytes that were handed to the disk or the database for entries, before it compresses them."),
    ARCHIVE_READ(
            "highwater_archive_read_seconds",
            Type.HISTOGRAM,
            "Measures how long a question to the archive waited for its answer."),
    ARCHIVE_FAILURES(
            "highwater_archive_failures_total",
            Type.COUNTER,
            "Counts writes of the archive and questions to it that failed, losses of its server, and leases that another node took."),
    ARCHIVE_LOST(
            "highwater_archive_lost_entries_total",
            Type.COUNTER,
            "Counts entries that the archive of a single node had acknowledged and lacks now, since its server was replaced by a standby that was behind or by a backup."),
    ARCHIVE_DROPPED(
            "highwater_archive_dropped_total",
            Type.COUNTER,
            "Counts spans of about a day whose entries the archive dropped, since they were older than its retention."),
    CLUSTER_NODES(
            "highwater_cluster_nodes",
            Type.GAUGE,
            "Shows how many other nodes this node hears of."),
    CLUSTER_RESYNCS(
            "highwater_cluster_resyncs_total",
            Type.COUNTER,
            "Counts how often something that another node sent did not come, so that both told each other anew who is in their channels."),
    CLUSTER_ITEMS(
            "highwater_cluster_items_total",
            Type.COUNTER,
            "Counts what nodes tell each other beside the log: what this node sent and received, what it dropped since too much waited, what may be lost since Redis could not be reached, and what it could not read."),
    COMMAND_ERRORS(
            "highwater_command_errors_total",
            Type.COUNTER,
            "Counts commands of channel clients that were answered with an error, by its code."),
    CHANNEL_FAILURES(
            "highwater_channel_failures_total",
            Type.COUNTER,
            "Counts exceptions that a team's rule for channels threw (rule) or that the delivery to subscribers threw (hub)."),
    RECONNECTS(
            "highwater_reconnects_total",
            Type.COUNTER,
            "Counts channel sessions whose client said in its hello that it had been connected before."),
    ENDPOINT_ERRORS(
            "highwater_endpoint_errors_total",
            Type.COUNTER,
            "Counts exceptions that reached @OnError or the log, by cause: an endpoint's method, its peer, or a listener that waited for a message to be sent."),
    DEFLATE_BYTES(
            "highwater_deflate_bytes_total",
            Type.COUNTER,
            "Counts bytes of messages that were sent or received compressed: uncompressed (plain) and on the wire (wire)."),
    DEFLATE_CONTEXT_BYTES(
            "highwater_deflate_context_bytes",
            Type.GAUGE,
            "Shows how many bytes of heap compression contexts take."),
    DEFLATE_CONTEXT_LIMIT_BYTES(
            "highwater_deflate_context_limit_bytes",
            Type.GAUGE,
            "Shows how many bytes of heap compression contexts may take until less is compressed."),
    DEFLATE_STEPS(
            "highwater_deflate_steps_total",
            Type.COUNTER,
            "Counts how often the memory budget cut compression back to this step, or allowed it again."),
    HEAP_LIMIT_BYTES(
            "highwater_heap_limit_bytes",
            Type.GAUGE,
            "Shows how many bytes of heap all clients together may make the node keep."),
    ACCOUNT_BYTES(
            "highwater_account_bytes",
            Type.GAUGE,
            "Shows how many bytes of heap clients make the node keep, by account."),
    ACCOUNT_LIMIT_BYTES(
            "highwater_account_limit_bytes",
            Type.GAUGE,
            "Shows how many bytes of heap clients may make the node keep, by account."),
    ACCOUNT_ENDED(
            "highwater_account_ended_total",
            Type.COUNTER,
            "Counts sessions, connections and requests that were ended because an account was full."),
    TCP_CONNECTIONS(
            "highwater_tcp_connections",
            Type.GAUGE,
            "Shows how many TCP connections of the data ports are open, WebSockets and all others."),
    TCP_CONNECTIONS_LIMIT(
            "highwater_tcp_connections_limit",
            Type.GAUGE,
            "Shows how many TCP connections the data ports may have; 0 means that there is no limit."),
    TCP_CONNECTIONS_PER_IP_LIMIT(
            "highwater_tcp_connections_per_ip_limit",
            Type.GAUGE,
            "Shows how many TCP connections one address may have; 0 means that there is no limit."),
    TLS_CONNECTIONS(
            "highwater_tls_connections",
            Type.GAUGE,
            "Shows how many of the open TCP connections speak TLS."),
    TLS_CONNECTIONS_LIMIT(
            "highwater_tls_connections_limit",
            Type.GAUGE,
            "Shows how many TCP connections may speak TLS; 0 means that there is no limit."),
    TLS_CONNECTIONS_PER_IP_LIMIT(
            "highwater_tls_connections_per_ip_limit",
            Type.GAUGE,
            "Shows how many TCP connections of one address may speak TLS; 0 means that there is no limit."),
    CONNECTIONS_REFUSED(
            "highwater_connections_refused_total",
            Type.COUNTER,
            "Counts TCP connections that were reset on arrival, by the limit that they exceeded."),
    REQUESTS_REFUSED(
            "highwater_requests_refused_total",
            Type.COUNTER,
            "Counts HTTP requests that were answered with 503 because too many were under way."),
    BAD_REQUESTS(
            "highwater_bad_requests_total",
            Type.COUNTER,
            "Counts HTTP requests that were malformed, too large, too late or too many, and so count as waste, by status."),
    DEADLINES(
            "highwater_deadlines_total",
            Type.COUNTER,
            "Counts connections and streams that were ended because their client took too long, by what it did not finish.");

    /** What a metric is, with the words of the exposition formats' TYPE lines. */
    enum Type {
        COUNTER("counter"),
        GAUGE("gauge"),
        HISTOGRAM("histogram"),

        /**
         * A histogram of the current values, whose buckets may fall: gaugehistogram in OpenMetrics.
         */
        GAUGE_HISTOGRAM("histogram"),

        /** A metric that consists of its labels: info in OpenMetrics. */
        INFO("gauge");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        /** The type in Prometheus' own text format. */
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
