package io.highwater.identity;

import io.highwater.time.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Fetches a small document: at most {@link #MOST_BYTES}, within some {@link #MOST_TIME}, and from
 * the address itself, without following redirects. Blocks. Stateless.
 */
final class HttpFetch implements JwksKeys.Fetch {
    static final int MOST_BYTES = 256 << 10;
    static final Duration MOST_TIME = Duration.ofSeconds(5);

    private static final int STEP_MILLIS = 2_000;
    private static final int OK = 200;

    private final Ticker ticker;

    HttpFetch(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public String get(URI from) throws IOException {
        long endNanos = ticker.nanoTime() + MOST_TIME.toNanos();
        HttpURLConnection connection = (HttpURLConnection) from.toURL().openConnection();
        connection.setConnectTimeout(STEP_MILLIS);
        connection.setReadTimeout(STEP_MILLIS);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Accept", "application/jwk-set+json, application/json");
        try {
            int status = connection.getResponseCode();
            if (status != OK) {
                throw new IOException("the answer has the status " + status);
            }
            try (InputStream body = connection.getInputStream()) {
                return read(body, endNanos);
            }
        } finally {
            connection.disconnect();
        }
    }

    private String read(InputStream body, long endNanos) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[8 << 10];
        for (int n = body.read(part); n >= 0; n = body.read(part)) {
            all.write(part, 0, n);
            if (all.size() > MOST_BYTES) {
                throw new IOException("the answer has more than " + MOST_BYTES + " bytes");
            }
            if (ticker.nanoTime() - endNanos > 0) {
                throw new IOException("the answer takes more than " + MOST_TIME.toSeconds() + " s");
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
