package io.highwater.backbone.redis;

import io.highwater.backbone.BackboneStartException;
import io.lettuce.core.RedisConnectionException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a Redis can keep the log, by what it says of itself; and what an operator can do if it
 * cannot. Stateless.
 */
final class StartCheck {
    private static final Logger LOG = LoggerFactory.getLogger(StartCheck.class);

    /** The first with XTRIM MINID and exclusive ranges. */
    private static final int LEAST_MAJOR = 6;

    private static final int LEAST_MINOR = 2;

    /** How Redis 6.2, and 7 and later, say that a user may not do what a script does. */
    private static final Pattern FORBIDDEN_IN_SCRIPT =
            Pattern.compile("can't run this command|ACL failure in script");

    private static final String REPLICA =
            "it is a read-only replica; name its primary, or Sentinels that know it";

    private StartCheck() {}

    /**
     * Checks a primary.
     *
     * @throws BackboneStartException the log cannot be kept there; it says only why
     */
    static void check(RedisAddress address, PrimaryInfo primary) throws BackboneStartException {
        try {
            check(address, values(primary.info()));
            warn(address, primary);
        } catch (BackboneStartException e) {
            throw primary.name().isEmpty()
                    ? e
                    : new BackboneStartException(primary.name() + ": " + e.getMessage());
        }
    }

    private static void check(RedisAddress address, Map<String, String> values)
            throws BackboneStartException {
        checkVersion(values.getOrDefault("redis_version", ""));
        if (values.getOrDefault("cluster_enabled", "0").equals("1")
                && address.mode() != RedisAddress.Mode.CLUSTER) {
            throw new BackboneStartException(
                    "it is a node of a cluster; write redis-cluster:// or rediss-cluster://");
        }
        if (values.getOrDefault("role", "master").equals("slave")) {
            throw new BackboneStartException(REPLICA);
        }
        long maxMemory = number(values, "maxmemory");
        String policy = values.getOrDefault("maxmemory_policy", "noeviction");
        if (maxMemory > 0 && !policy.equals("noeviction")) {
            throw new BackboneStartException(
                    "its maxmemory-policy is "
                            + policy
                            + ", so it would drop entries of the log when its memory is full;"
                            + " set maxmemory-policy noeviction");
        }
        if (maxMemory > 0 && number(values, "used_memory") >= maxMemory) {
            throw new BackboneStartException(
                    "it has reached its maxmemory of "
                            + maxMemory
                            + " bytes; raise maxmemory, or free memory");
        }
    }

    private static void checkVersion(String version) throws BackboneStartException {
        String[] parts = version.split("\\.", -1);
        try {
            int major = Integer.parseInt(parts[0]);
            int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
            if (major < LEAST_MAJOR || (major == LEAST_MAJOR && minor < LEAST_MINOR)) {
                throw new BackboneStartException(
                        "its version is " + version + "; Redis 6.2 or later, or Valkey, is needed");
            }
        } catch (NumberFormatException e) {
            // An unusual version says nothing about what it can do.
        }
    }

    private static void warn(RedisAddress address, PrimaryInfo primary) {
        Map<String, String> values = values(primary.info());
        String shown = primary.name().isEmpty() ? address.shown() : primary.name();
        if (values.getOrDefault("aof_enabled", "1").equals("0")) {
            LOG.atWarn()
                    .addKeyValue("redis", shown)
                    .addKeyValue("advice", "set appendonly yes and appendfsync everysec")
                    .log("redis_loses_log_at_restart");
        }
        // The number of good replicas is there only if the setting is.
        if (number(values, "connected_slaves") > 0
                && !values.containsKey("min_slaves_good_slaves")) {
            LOG.atWarn()
                    .addKeyValue("redis", shown)
                    .addKeyValue(
                            "advice", "set min-replicas-to-write 1 and min-replicas-max-lag 10")
                    .log("redis_accepts_writes_without_replicas");
        }
    }

    /** The lines {@code key:value}. */
    private static Map<String, String> values(String info) {
        Map<String, String> values = new HashMap<>();
        info.lines()
                .forEach(
                        line -> {
                            int colon = line.indexOf(':');
                            if (colon > 0) {
                                values.put(
                                        line.substring(0, colon),
                                        line.substring(colon + 1).strip());
                            }
                        });
        return values;
    }

    private static long number(Map<String, String> values, String key) {
        try {
            return Long.parseLong(values.getOrDefault(key, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The error for an operator. */
    static BackboneStartException refused(RedisAddress address, String why) {
        return new BackboneStartException(
                "highwater.redis.uri: " + address.shown() + " cannot be used: " + why);
    }

    /** The error for an operator, if the start failed for this reason. */
    static BackboneStartException failed(RedisAddress address, Throwable failure) {
        Throwable cause = Link.cause(failure);
        if (cause instanceof BackboneStartException known) {
            return refused(address, String.valueOf(known.getMessage()));
        }
        String answer = RedisFailure.answer(cause);
        if (answer.startsWith("WRONGPASS") || answer.startsWith("ERR invalid password")) {
            return refused(address, "it does not accept the user name or the password of the URI");
        } else if (answer.startsWith("NOAUTH")) {
            return refused(
                    address, "it asks for a password; write redis://USER:PASSWORD@HOST:PORT");
        } else if (answer.startsWith("ERR AUTH") || answer.startsWith("ERR Client sent AUTH")) {
            return refused(address, "it has no password, but the URI has one");
        } else if (answer.startsWith("NOPERM") || FORBIDDEN_IN_SCRIPT.matcher(answer).find()) {
            return refused(
                    address,
                    "its user lacks a right that docs/cluster.md lists: "
                            + RedisFailure.describe(cause));
        } else if (answer.startsWith("OOM")) {
            return refused(address, "it has reached its maxmemory; raise it, or free memory");
        } else if (RedisFailure.isOfReplica(cause)) {
            return refused(address, REPLICA);
        } else if (!answer.isEmpty()) {
            return refused(address, "it answered " + RedisFailure.describe(cause));
        }
        String kind = cause instanceof RedisConnectionException ? "no connection: " : "";
        return refused(address, kind + RedisFailure.describe(cause));
    }
}
