package io.highwater.bench.client;

/**
 * What carries the WebSockets. Immutable.
 *
 * @param streams WebSockets on a TCP connection: 0 says one, over HTTP/1.1; else Extended CONNECT
 *     over HTTP/2 without TLS, by prior knowledge
 */
public record Carrier(int streams) {
    public static final Carrier HTTP1 = new Carrier(0);

    public static Carrier h2c(int streams) {
        if (streams < 1) {
            throw new IllegalArgumentException("streams is " + streams);
        }
        return new Carrier(streams);
    }

    boolean isHttp1() {
        return streams == 0;
    }

    @Override
    public String toString() {
        return isHttp1() ? "http/1.1" : "h2c, " + streams + " streams a connection";
    }
}
