package io.highwater.metrics;

/**
 * The limits of a node that no other package shows, as in force: the configured value, or what the
 * default comes to. Immutable.
 *
 * @param connections WebSockets of the node; 0 = no limit
 * @param connectionsPerIp WebSockets of one address; 0 = no limit
 * @param tcpConnectionsPerIp TCP connections of one address; 0 = no limit
 * @param tlsConnectionsPerIp TCP connections of one address that use TLS; 0 = no limit
 * @param queueMessages the high-water mark of a queue whose endpoint sets none
 * @param queueBytes the same in bytes
 * @param messageBytes the largest message for an endpoint that sets no limit
 * @param heapBytes heap that all clients together may make the node keep
 * @param deflateBytes heap that compression contexts may take until less is compressed
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
