package io.highwater.backbone.redis;

import io.highwater.testing.RedisProcess;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;

/** What the user "highwater" of a test's Redis may do. Stateless. */
final class RedisRights {
    private RedisRights() {}

    /**
     * Changes the user.
     *
     * @param rules as ACL SETUSER takes them
     */
    static void set(RedisProcess redis, List<String> rules) {
        CommandArgs<String, String> args =
                new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add("highwater");
        rules.forEach(args::add);
        redis.commands().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), args);
    }
}
