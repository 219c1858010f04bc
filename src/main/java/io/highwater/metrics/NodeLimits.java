package io.highwater.metrics;

/**
 * The limits of a node that no other package shows, as they are in force: what its settings say, or
 * what their defaults come to. Immutable.
 *
 * @param connections WebSockets of the node; 0 = no limit
 * @param connectionsPerIp WebSockets of one address; 0 = no limit
 * @param tcpConnectionsPerIp TCP connections of one address; 0 = no limit
 * @param tlsConnectionsPerIp those of one address that speak TLS; 0 = no limit
 * @param queueMessages a queue's high-water mark where an endpoint has none of its own
 * @param queueBytes the same in bytes
 * @param messageBytes the largest message where an endpoint has no limit of its own
 * @param heapBytes what all clients together may have kept for them
 * @param deflateBytes what compression contexts may take until less is compressed
 */
public record NodeLimits(
        int connections,
        int connectionsPerIp,
        int tcpConnectionsPerIp,
        int tlsConnectionsPerIp,
        int queueMessages,
        long queueBytes,
        long messageBytes,
        long heapBytes,
        long deflateBytes) {}
