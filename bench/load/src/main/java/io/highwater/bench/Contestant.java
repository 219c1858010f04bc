package io.highwater.bench;

import io.highwater.bench.client.Carrier;
import java.util.Optional;
import java.util.stream.Stream;

/** Who takes turns. Each serves an echo at {@code /v1/echo} and rooms or channels. */
enum Contestant {
    /** The {@link io.highwater.bench.raw.RawLoop}: the floor. */
    RAW("raw", "raw NIO loop", Rooms.RELAYED, Http2.NO),
    NETTY("netty", "Netty", Rooms.RELAYED, Http2.NO),
    UNDERTOW("undertow", "Undertow", Rooms.RELAYED, Http2.NO),
    TOMCAT("tomcat", "Tomcat", Rooms.RELAYED, Http2.NO),
    JETTY("jetty", "Jetty, stock Jakarta endpoint", Rooms.RELAYED, Http2.YES),
    WS("ws", "npm ws", Rooms.RELAYED, Http2.NO),
    /** The wire engine with a listener that echoes: no endpoint, no session. */
    WIRE("highwater-wire", "Highwater, plain WireListener", Rooms.NONE, Http2.NO),
    ENDPOINT("highwater-endpoint", "Highwater, annotated endpoint", Rooms.CHAT, Http2.YES),
    /** Sessions of highwater.v1, with one subscription each. */
    CHANNEL("highwater-channel", "Highwater, channel", Rooms.CHANNELS, Http2.YES),
    /** The same with TLS, where a comparison is over HTTP/2. */
    CHANNEL_TLS("highwater-channel-tls", "Highwater, channel, TLS", Rooms.CHANNELS, Http2.YES);

    /** How its members join and speak. */
    enum Rooms {
        /** It has none. */
        NONE,
        /** {@code /v1/chat/{room}} sends messages on as they came. */
        RELAYED,
        /** {@code /v1/chat/{room}} reads JSON and makes the message of it. */
        CHAT,
        /** {@code /v1/ws}. */
        CHANNELS
    }

    private enum Http2 {
        YES,
        NO
    }

    private final String id;
    private final String title;
    private final Rooms rooms;
    private final Http2 http2;

    Contestant(String id, String title, Rooms rooms, Http2 http2) {
        this.id = id;
        this.title = title;
        this.rooms = rooms;
        this.http2 = http2;
    }

    static Optional<Contestant> of(String id) {
        return Stream.of(values()).filter(c -> c.id.equals(id)).findFirst();
    }

    /** On the command line and in JSON. */
    String id() {
        return id;
    }

    /** In tables and plots. */
    String title() {
        return title;
    }

    Rooms rooms() {
        return rooms;
    }

    /** What a comparison over {@code asked} uses for it. */
    Carrier carrier(Carrier asked) {
        if (http2 == Http2.NO) {
            return Carrier.HTTP1;
        }
        return this == CHANNEL_TLS ? asked.withTls() : asked;
    }

    /** Its port for that. */
    int port(ServerProcess server) {
        return this == CHANNEL_TLS ? server.securePort() : server.port();
    }

    boolean isHighwater() {
        return this == WIRE || this == ENDPOINT || this == CHANNEL || this == CHANNEL_TLS;
    }

    /** Its heap is a JVM's. */
    boolean isJava() {
        return this != WS;
    }
}
