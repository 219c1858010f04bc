package io.highwater.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Issues tokens that are signed with ES256, and publishes its keys over HTTP on a port of loopback.
 * Thread-safe.
 */
public final class TestIssuer implements AutoCloseable {
    public static final String ISSUER = "https://id.example.com";
    public static final String AUDIENCE = "prices";

    private final AtomicInteger names = new AtomicInteger();
    private final AtomicInteger fetches = new AtomicInteger();

    /** Null while it is down. Guarded by this. */
    private HttpServer server;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final int port;

    /** The newest is last. Guarded by this. */
    private List<ECKey> keys = new ArrayList<>();

    /** What it publishes instead of its keys; null for its keys. */
    private volatile String instead;

    private volatile int status = 200;

    public TestIssuer() {
        rotate();
        server = listen(0);
        port = server.getAddress().getPort();
    }

    private HttpServer listen(int onPort) {
        try {
            HttpServer http =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 0);
            http.createContext("/keys", this::answer);
            http.setExecutor(threads);
            http.start();
            return http;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        fetches.incrementAndGet();
        String given = instead;
        byte[] body = (given == null ? published() : given).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    /** Its public keys, as it publishes them. */
    public synchronized String published() {
        return new JWKSet(List.<JWK>copyOf(keys)).toPublicJWKSet().toString();
    }

    public URI keysUri() {
        return URI.create("http://127.0.0.1:" + port + "/keys");
    }

    /** How often its keys were asked for. */
    public int fetches() {
        return fetches.get();
    }

    public void publishInstead(String text) {
        instead = text;
    }

    public void answerWith(int newStatus) {
        status = newStatus;
    }

    /** Signs with a new key from now on, and publishes the last one too. */
    public synchronized ECKey rotate() {
        try {
            ECKey key =
                    new ECKeyGenerator(Curve.P_256)
                            .keyID("key-" + names.incrementAndGet())
                            .generate();
            keys = new ArrayList<>(keys.subList(Math.max(0, keys.size() - 1), keys.size()));
            keys.add(key);
            return key;
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** Publishes and signs with a new key alone. */
    public synchronized void revokeAll() {
        keys.clear();
        rotate();
    }

    public synchronized ECKey key() {
        return keys.get(keys.size() - 1);
    }

    public synchronized void stop() {
        server.stop(0);
    }

    public synchronized void startAgain() {
        server = listen(port);
    }

    /** Claims that are in order, for five minutes. */
    public static JWTClaimsSet.Builder claims(String subject) {
        Instant now = Instant.now();
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(subject)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)));
    }

    public String token(String subject) {
        return sign(claims(subject).build());
    }

    public String sign(JWTClaimsSet claims) {
        return sign(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key().getKeyID()).build(), claims);
    }

    public String sign(JWSHeader header, JWTClaimsSet claims) {
        return sign(header, claims, key());
    }

    public static String sign(JWSHeader header, JWTClaimsSet claims, ECKey key) {
        try {
            SignedJWT token = new SignedJWT(header, claims);
            token.sign(new ECDSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        stop();
        threads.shutdownNow();
    }
}
