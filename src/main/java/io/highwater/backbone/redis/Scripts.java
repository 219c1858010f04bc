package io.highwater.backbone.redis;

/**
 * The scripts of a shard. Immutable.
 *
 * @param open checks a shard and tells where its log is
 * @param publish appends messages
 * @param counters the last sequences of channels
 */
record Scripts(LuaScript open, LuaScript publish, LuaScript counters) {
    static Scripts load() {
        return new Scripts(
                LuaScript.of("generation.lua", "open.lua"),
                LuaScript.of("generation.lua", "publish.lua"),
                LuaScript.of("counters.lua"));
    }
}
