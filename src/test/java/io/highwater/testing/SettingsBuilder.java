package io.highwater.testing;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.handshake.HandshakeSettings;
import java.util.List;

/** Settings that differ from the defaults in what a test is about. */
public final class SettingsBuilder {
    private List<String> origins = List.of();
    private List<String> hosts = List.of();
    private boolean requireOrigin;
    private int rate = 20;
    private int burst = 40;
    private int streams = 200;
    private int streamsBurst = 1_000;
    private int max;
    private int maxPerIp;
    private List<String> proxies = List.of();
    private DeflatePolicy deflate = DeflatePolicy.OFF;

    public static SettingsBuilder settings() {
        return new SettingsBuilder();
    }

    public SettingsBuilder origins(String... patterns) {
        origins = List.of(patterns);
        return this;
    }

    public SettingsBuilder hosts(String... patterns) {
        hosts = List.of(patterns);
        return this;
    }

    public SettingsBuilder requireOrigin() {
        requireOrigin = true;
        return this;
    }

    public SettingsBuilder rate(int perSecond, int atOnce) {
        rate = perSecond;
        burst = atOnce;
        return this;
    }

    public SettingsBuilder streams(int perSecond, int atOnce) {
        streams = perSecond;
        streamsBurst = atOnce;
        return this;
    }

    public SettingsBuilder connections(int node, int perIp) {
        max = node;
        maxPerIp = perIp;
        return this;
    }

    public SettingsBuilder proxies(String... blocks) {
        proxies = List.of(blocks);
        return this;
    }

    public SettingsBuilder deflate(DeflatePolicy policy) {
        deflate = policy;
        return this;
    }

    public HandshakeSettings build() {
        return new HandshakeSettings(
                origins,
                hosts,
                requireOrigin,
                rate,
                burst,
                streams,
                streamsBurst,
                max,
                maxPerIp,
                proxies,
                deflate);
    }
}
