package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A script that Redis runs. It is called by its SHA-1, and sent whole only to a Redis that does not
 * know it yet. Immutable.
 */
final class LuaScript {
    private final byte[] text;
    private final String sha;

    LuaScript(String text) {
        this.text = text.getBytes(UTF_8);
        this.sha = sha1(this.text);
    }

    /** Joins resources of this package. */
    static LuaScript of(String... resources) {
        return new LuaScript(text(resources));
    }

    /** The text of {@link #of}. */
    static String text(String... resources) {
        StringBuilder text = new StringBuilder();
        for (String resource : resources) {
            try (InputStream in = LuaScript.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException("the jar has no " + resource);
                }
                text.append(new String(in.readAllBytes(), UTF_8)).append('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return text.toString();
    }

    /**
     * Calls it.
     *
     * @param keys of one shard
     * @return what it returns: texts as bytes, numbers as Long
     */
    CompletionStage<List<Object>> call(
            RedisClusterAsyncCommands<String, byte[]> redis, List<String> keys, byte[]... args) {
        String[] names = keys.toArray(String[]::new);
        CompletionStage<List<Object>> known =
                redis.evalsha(sha, ScriptOutputType.MULTI, names, args);
        return known.handle(
                        (answer, failure) ->
                                isUnknown(failure)
                                        ? redis.<List<Object>>eval(
                                                text, ScriptOutputType.MULTI, names, args)
                                        : known)
                .thenCompose(stage -> stage);
    }

    private static boolean isUnknown(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisNoScriptException;
    }

    /** A text in an answer. */
    static String text(Object answer) {
        return new String((byte[]) answer, UTF_8);
    }

    private static String sha1(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-1", e);
        }
    }
}
