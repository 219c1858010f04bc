package io.highwater.publish.http;

import io.highwater.backbone.Draft;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.protocol.JsonText;
import io.highwater.protocol.NameRules;
import io.highwater.protocol.Position;
import io.highwater.protocol.PublishForms;
import io.highwater.protocol.PublishForms.Form;
import io.highwater.publish.MessagePage;
import io.highwater.publish.NodeChannels;
import io.highwater.publish.OutOfOrderException;
import io.highwater.publish.Published;
import io.highwater.publish.Subscribers;
import io.highwater.publish.http.ApiKey.Right;
import io.highwater.wire.CloseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Answers the requests of the HTTP API, whose keys say who asks and what they may do. A server asks
 * {@link #admit} with the head of a request; if it is admitted, reads its body, up to {@link
 * #mostBytes}, and asks {@link Admitted#answer}. Thread-safe; no method blocks.
 */
public final class HttpApi {
    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

    /** Messages of one request. */
    static final int MOST_MESSAGES = 1_000;

    private static final int LEAST_BODY_BYTES = 1 << 20;

    /** An answer to a question about the history is about as large, at most. */
    private static final int MOST_ANSWER_BYTES = 1 << 20;

    private static final int DEFAULT_LIMIT = 100;

    /** Requests of one key that are under way; more are answered with 429. */
    static final int MOST_UNDER_WAY = 256;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final String OPENAPI = "openapi.json";

    private final NodeChannels channels;
    private final ApiKeys keys;
    private final NodeInfo info;
    private final LogLimit logs;
    private final byte[] openApi;
    private final Map<String, AtomicInteger> underWay = new ConcurrentHashMap<>();

    /** What clients are told of the node. */
    public record NodeInfo(String node, String region, String version, long maxMessageBytes) {}

    public HttpApi(NodeChannels channels, ApiSettings settings, NodeInfo info, LogLimit logs) {
        this.channels = channels;
        this.keys = new ApiKeys(settings.keys());
        this.info = info;
        this.logs = logs;
        this.openApi = resource(OPENAPI);
        settings.keys().forEach(key -> underWay.put(key.name(), new AtomicInteger()));
    }

    private static byte[] resource(String name) {
        try (InputStream in = HttpApi.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(name + " can't be read", e);
        }
    }

    /** The most bytes of a body. */
    public int mostBytes() {
        return (int) Math.max(LEAST_BODY_BYTES, Math.min(2 * info.maxMessageBytes(), 1 << 30));
    }

    /** A refusal, or a request whose body may be read. */
    public sealed interface Admission permits Refused, Admitted {}

    /** The answer, for which no body needs to be read. */
    public record Refused(ApiResponse answer) implements Admission {}

    /**
     * A request whose body, if it has one, is to be read. {@link #close} is called once, when it
     * was answered or has failed.
     */
    public final class Admitted implements Admission, AutoCloseable {
        private final ApiRequest request;
        private final ApiRoute route;
        private final @Nullable ApiKey key;

        private Admitted(ApiRequest request, ApiRoute route, @Nullable ApiKey key) {
            this.request = request;
            this.route = route;
            this.key = key;
        }

        public boolean hasBody() {
            return route.hasBody();
        }

        /** Never fails. */
        public CompletionStage<ApiResponse> answer(byte[] body) {
            CompletionStage<ApiResponse> answer;
            try {
                answer = HttpApi.this.answer(route, request, key, body);
            } catch (IllegalArgumentException e) {
                return CompletableFuture.completedFuture(
                        ApiResponse.of(Problem.BAD_REQUEST, String.valueOf(e.getMessage())));
            } catch (RuntimeException e) {
                answer = CompletableFuture.failedFuture(e);
            }
            return answer.exceptionally(HttpApi.this::failed);
        }

        @Override
        public void close() {
            if (key != null) {
                count(key).decrementAndGet();
            }
        }
    }

    /** Decides about a request by its head. */
    public Admission admit(ApiRequest request) {
        String path = request.path();
        ApiRoute route = ApiRoute.of(request.method(), path);
        if (route != null && route.isOpen()) {
            return new Admitted(request, route, null);
        }
        ApiKey key = keys.of(request.header("Authorization"));
        if (key == null) {
            return refused(
                    Problem.UNAUTHORIZED, "send a key of this node as Authorization: Bearer KEY");
        }
        if (route == null) {
            String methods = ApiRoute.methods(path);
            return methods.isEmpty()
                    ? refused(Problem.NOT_FOUND, "/v1/openapi.json lists all paths")
                    : new Refused(
                            withHeader(
                                    ApiResponse.of(
                                            Problem.METHOD_NOT_ALLOWED,
                                            "this path takes " + methods),
                                    "Allow",
                                    methods));
        }
        if (route.hasBody() && !isJson(request.header("Content-Type"))) {
            return refused(
                    Problem.UNSUPPORTED_MEDIA_TYPE, "Content-Type: must be application/json");
        }
        if (count(key).incrementAndGet() > MOST_UNDER_WAY) {
            count(key).decrementAndGet();
            return new Refused(
                    ApiResponse.of(
                            Problem.TOO_MANY_REQUESTS,
                            MOST_UNDER_WAY + " requests of this key are under way",
                            RETRY_AFTER,
                            ""));
        }
        return new Admitted(request, route, key);
    }

    private AtomicInteger count(ApiKey key) {
        return Objects.requireNonNull(underWay.get(key.name()));
    }

    private static Refused refused(Problem problem, String detail) {
        return new Refused(ApiResponse.of(problem, detail));
    }

    private static ApiResponse withHeader(ApiResponse answer, String name, String value) {
        return new ApiResponse(
                answer.status(), Map.of(name, value), answer.contentType(), answer.body());
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.strip().equalsIgnoreCase("application/json");
    }

    private CompletionStage<ApiResponse> answer(
            ApiRoute route, ApiRequest request, @Nullable ApiKey known, byte[] body) {
        if (route == ApiRoute.OPENAPI || known == null) {
            return done(ApiResponse.json(ByteBuffer.wrap(openApi)));
        }
        ApiKey key = known;
        return switch (route) {
            case PUBLISH -> publish(request, key, body, route.channel(request.path()));
            case PUBLISH_MANY -> publish(request, key, body, null);
            case HISTORY -> history(request, key, route.channel(request.path()));
            case PRESENCE -> presence(key, route.channel(request.path()));
            case END_SESSIONS -> done(endSessions(request, key));
            case INFO -> done(ApiResponse.json(info(key)));
            case OPENAPI -> throw new IllegalStateException("answered above");
        };
    }

    private static CompletionStage<ApiResponse> done(ApiResponse answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private static ApiResponse forbidden(ApiKey key, String what) {
        return ApiResponse.of(Problem.FORBIDDEN, "the key \"" + key.name() + "\" may not " + what);
    }

    // Publishing.

    private CompletionStage<ApiResponse> publish(
            ApiRequest request, ApiKey key, byte[] body, @Nullable String channel) {
        PublishForms forms = PublishForms.read(body, MOST_MESSAGES);
        String idempotencyKey = idempotencyKey(request);
        List<Draft> drafts = new ArrayList<>(forms.messages().size());
        for (int i = 0; i < forms.messages().size(); i++) {
            Form form = forms.messages().get(i);
            String field = forms.isBatch() ? "messages[" + i + "]: " : "";
            String name = channel(form, channel, field);
            if (!key.may(Right.PUBLISH, name)) {
                return done(forbidden(key, "publish in " + name));
            }
            String msgId = msgId(form, idempotencyKey, forms.isBatch() ? i : -1);
            String problem = channels.problem(name, msgId, form.key(), form.data().length);
            if (problem != null) {
                throw new IllegalArgumentException(field + problem);
            }
            drafts.add(
                    new Draft(
                            name,
                            "key:" + key.name(),
                            msgId,
                            form.key(),
                            form.secret(),
                            form.data()));
        }
        List<CompletableFuture<Published>> stages =
                channels.publishDrafts(drafts).stream()
                        .map(CompletionStage::toCompletableFuture)
                        .toList();
        return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new))
                .handle((all, failure) -> published(drafts, stages, forms.isBatch()));
    }

    private static String channel(Form form, @Nullable String ofPath, String field) {
        String own = form.channel();
        String name = own == null ? ofPath : own;
        if (name == null) {
            throw new IllegalArgumentException(field + "channel: must be there");
        }
        if (ofPath != null && !ofPath.equals(name)) {
            throw new IllegalArgumentException(field + "channel: is not that of the path");
        }
        String problem = NameRules.channel(name);
        if (problem != null) {
            throw new IllegalArgumentException(field + problem);
        }
        return name;
    }

    /** Without quotes, which the header may have. */
    private static @Nullable String idempotencyKey(ApiRequest request) {
        String header = request.header("Idempotency-Key");
        if (header == null) {
            return null;
        }
        String text = header.strip();
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        String id = quoted ? text.substring(1, text.length() - 1) : text;
        if (NameRules.msgId(id) != null) {
            throw new IllegalArgumentException(
                    "Idempotency-Key: must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        return id;
    }

    private static String msgId(Form form, @Nullable String idempotencyKey, int index) {
        if (form.msgId() != null) {
            return form.msgId();
        } else if (idempotencyKey == null) {
            return NodeChannels.newMsgId();
        }
        return index < 0 ? idempotencyKey : idempotencyKey + "-" + index;
    }

    private ApiResponse published(
            List<Draft> drafts, List<CompletableFuture<Published>> stages, boolean batch) {
        JsonText text = new JsonText(64 + stages.size() * 128);
        text.raw(batch ? "{\"messages\":[" : "");
        Duration retryAfter = null;
        for (int i = 0; i < stages.size(); i++) {
            text.raw(i == 0 ? "" : ",");
            CompletableFuture<Published> stage = stages.get(i);
            if (stage.isCompletedExceptionally()) {
                Throwable cause = cause(stage.handle((none, failure) -> failure).join());
                Duration wait = retryAfter(cause);
                retryAfter =
                        retryAfter == null || wait.compareTo(retryAfter) > 0 ? wait : retryAfter;
                failed(text, drafts.get(i), cause);
            } else {
                write(text, stage.join());
            }
        }
        text.raw(batch ? "]}" : "");
        if (retryAfter == null) {
            return ApiResponse.json(text.take());
        }
        String results = StandardCharsets.UTF_8.decode(text.take()).toString();
        String more =
                batch
                        ? "," + results.substring(1, results.length() - 1)
                        : ",\"messages\":[" + results + "]";
        return ApiResponse.of(
                Problem.UNAVAILABLE,
                "not all was published: send the same request again, with these msgIds",
                retryAfter,
                more);
    }

    private static void write(JsonText text, Published published) {
        text.raw("{\"channel\":").string(published.channel()).raw(",\"msgId\":");
        text.string(published.msgId());
        Position position = published.position();
        if (position != null) {
            text.raw(",\"origin\":").string(position.origin()).raw(",\"position\":");
            text.string(position.text());
        }
        text.raw(",\"level\":").string(published.level().word());
        text.raw(published.duplicate() ? ",\"duplicate\":true}" : ",\"duplicate\":false}");
    }

    private void failed(JsonText text, Draft draft, Throwable cause) {
        text.raw("{\"channel\":").string(draft.channel()).raw(",\"msgId\":").string(draft.msgId());
        text.raw(",\"error\":");
        if (cause instanceof OutOfOrderException) {
            text.string("OUT_OF_ORDER");
        } else {
            text.string("UNAVAILABLE");
            if (!(cause instanceof UnavailableException)) {
                logs.say(LOG, Level.WARN, "publish_failed", cause);
            }
        }
        text.raw("}");
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    private static Duration retryAfter(Throwable cause) {
        return cause instanceof UnavailableException unavailable
                ? unavailable.retryAfter()
                : RETRY_AFTER;
    }

    private ApiResponse failed(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof UnavailableException unavailable) {
            return ApiResponse.of(
                    Problem.UNAVAILABLE,
                    "the channels can't do it now",
                    unavailable.retryAfter(),
                    "");
        } else if (cause instanceof IllegalArgumentException bad) {
            return ApiResponse.of(Problem.BAD_REQUEST, String.valueOf(bad.getMessage()));
        }
        logs.say(LOG, Level.WARN, "request_failed", cause);
        return ApiResponse.of(Problem.INTERNAL_ERROR, "the node's log says why");
    }

    // Questions.

    private CompletionStage<ApiResponse> history(ApiRequest request, ApiKey key, String channel) {
        if (!key.may(Right.HISTORY, channel)) {
            return done(forbidden(key, "read " + channel));
        }
        Map<String, String> parameters = ApiRoute.parameters(request.query());
        int limit = number(parameters, "limit", DEFAULT_LIMIT);
        String at = parameters.get("at");
        CompletionStage<MessagePage> page;
        if (at != null) {
            page = channels.historyFrom(channel, instant(at), limit);
        } else if (parameters.containsKey("before")) {
            page = channels.historyBefore(channel, position(parameters, "before"), limit);
        } else {
            page = channels.history(channel, position(parameters, "after"), limit);
        }
        return page.thenApply(messages -> ApiResponse.json(json(messages)));
    }

    private static @Nullable Position position(Map<String, String> parameters, String name) {
        String text = parameters.get(name);
        if (text == null) {
            return null;
        }
        try {
            return Position.parse(parameters.getOrDefault("origin", "local"), text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "at: must be a time in UTC, such as 2026-11-29T08:00:00Z", e);
        }
    }

    private static int number(Map<String, String> parameters, String name, int fallback) {
        String text = parameters.get(name);
        try {
            return text == null ? fallback : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": \"" + text + "\" is no number", e);
        }
    }

    private static ByteBuffer json(MessagePage page) {
        return MessageText.page(page, MOST_ANSWER_BYTES);
    }

    private CompletionStage<ApiResponse> presence(ApiKey key, String channel) {
        if (!key.may(Right.PRESENCE, channel)) {
            return done(forbidden(key, "see who is in " + channel));
        }
        return channels.presence(channel).thenApply(who -> ApiResponse.json(json(channel, who)));
    }

    private static ByteBuffer json(String channel, Subscribers who) {
        JsonText text = new JsonText(64 + who.clients().size() * 16);
        text.raw("{\"channel\":").string(channel).raw(",\"count\":").number(who.count());
        text.raw(",\"clients\":[");
        String before = "";
        for (String client : who.clients()) {
            text.raw(before).string(client);
            before = ",";
        }
        return text.raw("]}").take();
    }

    private ApiResponse endSessions(ApiRequest request, ApiKey key) {
        if (!key.sessions()) {
            return forbidden(key, "end sessions");
        }
        Map<String, String> parameters = ApiRoute.parameters(request.query());
        int ended =
                channels.disconnect(
                        parameters.getOrDefault("subject", ""),
                        new CloseStatus(
                                number(parameters, "code", CloseStatus.FORBIDDEN),
                                parameters.getOrDefault("reason", "")));
        return ApiResponse.json(
                new JsonText(32).raw("{\"sessions\":").number(ended).raw("}").take());
    }

    private ByteBuffer info(ApiKey key) {
        JsonText text = new JsonText(256);
        text.raw("{\"node\":").string(info.node()).raw(",\"region\":").string(info.region());
        text.raw(",\"version\":").string(info.version());
        text.raw(",\"maxMessageBytes\":").number(info.maxMessageBytes());
        text.raw(",\"maxBodyBytes\":").number(mostBytes());
        text.raw(",\"maxMessages\":").number(MOST_MESSAGES);
        text.raw(",\"key\":{\"name\":").string(key.name());
        for (Right right : Right.values()) {
            text.raw(",").string(right.word).raw(":[");
            String before = "";
            for (String pattern : key.channels().getOrDefault(right, List.of())) {
                text.raw(before).string(pattern);
                before = ",";
            }
            text.raw("]");
        }
        return text.raw(key.sessions() ? ",\"sessions\":true}}" : ",\"sessions\":false}}").take();
    }
}
