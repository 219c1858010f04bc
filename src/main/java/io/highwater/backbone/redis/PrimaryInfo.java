package io.highwater.backbone.redis;

import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a primary says of itself. Immutable.
 *
 * @param name HOST:PORT of a primary of a cluster; empty for the only one
 * @param info the answer to INFO
 */
record PrimaryInfo(String name, String info) {
    /** Asks the primary, or each one of a cluster. */
    static CompletionStage<List<PrimaryInfo>> ask(RedisClusterAsyncCommands<String, byte[]> redis) {
        if (!(redis instanceof RedisAdvancedClusterAsyncCommands<String, byte[]> cluster)) {
            return redis.info().thenApply(info -> List.of(new PrimaryInfo("", info)));
        }
        List<CompletableFuture<PrimaryInfo>> asked = new ArrayList<>();
        cluster.nodes(node -> node.is(NodeFlag.UPSTREAM) && !node.hasNoSlots())
                .commands()
                .info()
                .asMap()
                .forEach((node, info) -> asked.add(info.thenApply(text -> of(node, text))));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(done -> asked.stream().map(CompletableFuture::join).toList());
    }

    private static PrimaryInfo of(RedisClusterNode node, String info) {
        return new PrimaryInfo(node.getUri().getHost() + ":" + node.getUri().getPort(), info);
    }
}
