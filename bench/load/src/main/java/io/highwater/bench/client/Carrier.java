package io.highwater.bench.client;

/**
 * What carries the WebSockets. Immutable.
 *
 * @param streams WebSockets on a TCP connection: 0 says one, over HTTP/1.1; else Extended CONNECT
 *     over HTTP/2
 * @param security whether there is TLS below; over HTTP/2 only
 */
public record Carrier(int streams, Security security) {
    public static final Carrier HTTP1 = new Carrier(0, Security.NONE);

    /** What is between HTTP and TCP. */
    public enum Security {
        NONE,
        TLS
    }

    /** HTTP/2 without TLS, by prior knowledge. */
    public static Carrier h2c(int streams) {
        return http2(streams, Security.NONE);
    }

    private static Carrier http2(int streams, Security security) {
        if (streams < 1) {
            throw new IllegalArgumentException("streams is " + streams);
        }
        return new Carrier(streams, security);
    }

    /** The same over TLS; HTTP/1.1 stays as it is. */
    public Carrier withTls() {
        return isHttp1() ? this : http2(streams, Security.TLS);
    }

    boolean isHttp1() {
        return streams == 0;
    }

    boolean isSecure() {
        return security == Security.TLS;
    }

    String scheme() {
        return isSecure() ? "https" : "http";
    }

    @Override
    public String toString() {
        return isHttp1()
                ? "http/1.1"
                : (isSecure() ? "h2" : "h2c") + ", " + streams + " streams a connection";
    }
}
