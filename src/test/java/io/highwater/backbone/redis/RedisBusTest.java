package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.backbone.BackboneStartException;
import io.highwater.testing.RedisProcess;
import io.highwater.testing.TcpProxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages between nodes through a real Redis. */
final class RedisBusTest {
    @TempDir private Path directory;
    private RedisProcess redis;
    private final List<BusNode> nodes = new ArrayList<>();

    @BeforeEach
    void startRedis() throws Exception {
        redis = RedisProcess.start(directory);
    }

    @AfterEach
    void stop() throws Exception {
        nodes.forEach(BusNode::close);
        redis.close();
    }

    private BusNode node(String uri) throws Exception {
        return node(uri, "test");
    }

    private BusNode node(String uri, String prefix) throws Exception {
        BusNode node = new BusNode(uri, prefix);
        nodes.add(node);
        return node.start();
    }

    @Test
    void allNodesOfAPrefixHearAllInTheSendersOrder() throws Exception {
        BusNode a = node(redis.uri());
        BusNode b = node(redis.uri());
        BusNode other = node(redis.uri(), "other");
        List<String> all = IntStream.range(0, 1_000).mapToObj(i -> "m" + i).toList();
        all.forEach(a::send);
        await().untilAsserted(() -> assertThat(b.heard).isEqualTo(all));
        await().untilAsserted(() -> assertThat(a.heard).isEqualTo(all));
        assertThat(other.heard).isEmpty();
        assertThat(redis.commands().keys("*")).as("Redis keeps nothing").isEmpty();
    }

    @Test
    void whatIsSentToOneNodeIsHeardByThatAlone() throws Exception {
        BusNode a = node(redis.uri());
        BusNode b = node(redis.uri());
        BusNode c = node(redis.uri());
        List<String> all = IntStream.range(0, 100).mapToObj(i -> "m" + i).toList();
        all.forEach(message -> a.sendTo(b, message));
        await().untilAsserted(() -> assertThat(b.heard).isEqualTo(all));
        c.sendUntilHeard("last", a);
        await().untilAsserted(() -> assertThat(c.heard).containsOnly("last"));
    }

    @Test
    void aConnectionThatBringsNothingIsRenewed() throws Exception {
        BusNode a = node(redis.uri());
        a.sendUntilHeard("m1", a);
        int clients = redis.commands().clientList().split("\n").length;
        a.renew();
        a.sendUntilHeard("m2", a);
        await().until(() -> redis.commands().clientList().split("\n").length == clients);
    }

    @Test
    void afterARestartOfRedisMessagesComeAgain() throws Exception {
        BusNode a = node(redis.uri());
        BusNode b = node(redis.uri());
        redis.kill();
        assertThat(a.send("lost").handle((done, failure) -> failure).get(60, TimeUnit.SECONDS))
                .isNotNull();
        redis.start();
        a.sendUntilHeard("a", b);
        b.sendUntilHeard("b", a);
        assertThat(b.heard).doesNotContain("lost");
    }

    @Test
    void aNodeThatWasCutOffHearsAgain() throws Exception {
        try (TcpProxy proxy = new TcpProxy(redis.port())) {
            BusNode a = node(redis.uri());
            BusNode b = node("redis://127.0.0.1:" + proxy.port());
            a.sendUntilHeard("m1", b);
            proxy.cut();
            await().until(
                            () ->
                                    b.send("lost")
                                                    .handle((done, failure) -> failure)
                                                    .get(60, TimeUnit.SECONDS)
                                            != null);
            proxy.turnTo(redis.port());
            a.sendUntilHeard("m2", b);
            b.sendUntilHeard("m3", a);
        }
    }

    @Test
    void aUserWhoMayNotSubscribeOrPublishIsToldAtTheStart() throws Exception {
        acl("on", ">pw", "resetchannels", "&test:*", "-@all", "+ping", "+client|setname");
        String uri = "redis://highwater:pw@127.0.0.1:" + redis.port();
        assertRefused(uri);
        acl("+subscribe");
        assertRefused(uri);
        acl("+publish", "resetchannels", "&other:*");
        assertRefused(uri);
        acl("resetchannels", "&test:*");
        BusNode a = node(uri);
        a.sendUntilHeard("m1", a);
    }

    private void assertRefused(String uri) {
        assertThatThrownBy(() -> node(uri))
                .isInstanceOf(BackboneStartException.class)
                .hasMessageContaining("its user lacks a right that docs/cluster.md lists")
                .hasMessageNotContaining(":pw@");
    }

    private void acl(String... rules) {
        RedisRights.set(redis, List.of(rules));
    }
}
