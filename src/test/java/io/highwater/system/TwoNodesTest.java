package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RedisProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes as processes on a real Redis, and clients that change from one to the other. */
@Timeout(300)
final class TwoNodesTest {
    private static final Pattern POSITION = Pattern.compile("\"position\":\"([0-9-]+)\"");

    @TempDir private Path folder;
    private RedisProcess redis;

    @BeforeEach
    void startRedis() throws Exception {
        redis = RedisProcess.start(folder, "--appendonly", "yes");
    }

    @AfterEach
    void stopRedis() throws Exception {
        redis.close();
    }

    private NodeProcess node(String name) throws Exception {
        return NodeProcess.start(
                folder,
                Map.of(
                        "highwater.node",
                        name,
                        "highwater.backbone",
                        "redis",
                        "highwater.redis.uri",
                        redis.uri()));
    }

    @Test
    void aClientWhoseNodeDiesResumesOnTheOther() throws Exception {
        try (NodeProcess a = node("a");
                NodeProcess b = node("b");
                ChannelClient onB = new ChannelClient(b)) {
            try (ChannelClient onA = new ChannelClient(a)) {
                onA.send("{'type':'subscribe','id':2,'channel':'room.42'}");
                onA.await("'type':'subscribed'");
                onB.send("{'type':'publish','id':2,'channel':'room.42','msgId':'m1','data':1}");
                assertThat(onB.await("'type':'published'")).contains("\"level\":\"log\"");
                assertThat(onA.await("'type':'message'")).contains("\"msgId\":\"m1\"");
                a.signal("KILL");
            }
            onB.send("{'type':'publish','id':3,'channel':'room.42','msgId':'m2','data':2}");
            String second = onB.await("'id':3");
            assertThat(second).contains("\"duplicate\":false");
            try (ChannelClient again = new ChannelClient(b)) {
                again.send(
                        "{'type':'subscribe','id':2,'channel':'room.42','since':{'local':'"
                                + before(position(second))
                                + "'}}");
                assertThat(again.await("'type':'subscribed'")).contains("\"recovered\":true");
                assertThat(again.await("'type':'message'")).contains("\"msgId\":\"m2\"");
                again.send("{'type':'publish','id':3,'channel':'room.42','msgId':'m3','data':3}");
                again.await("'msgId':'m3'");
            }
        }
    }

    @Test
    void whatIsEphemeralReachesTheOtherNodeAndIsKeptNowhere() throws Exception {
        try (NodeProcess a = node("a");
                NodeProcess b = node("b");
                ChannelClient onA = new ChannelClient(a);
                ChannelClient onB = new ChannelClient(b)) {
            onA.send("{'type':'subscribe','id':2,'channel':'ephemeral:typing'}");
            onA.await("'type':'subscribed'");
            for (int i = 0; i < 100; i++) {
                onB.send(
                        "{'type':'publish','id':2,'channel':'ephemeral:typing','msgId':'m"
                                + i
                                + "','data':"
                                + i
                                + "}");
                assertThat(onB.await("'type':'published'")).contains("\"level\":\"ephemeral\"");
            }
            for (int i = 0; i < 100; i++) {
                assertThat(onA.await("'type':'message'")).contains("\"data\":" + i + "}");
            }
            assertThat(redis.commands().keys("*:counters")).isEmpty();
        }
    }

    private static String position(String json) {
        Matcher matcher = POSITION.matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return matcher.group(1);
    }

    /** The position of the channel's entry before: nothing else is published in its shard. */
    private static String before(String position) {
        String[] parts = position.split("-");
        return parts[0]
                + "-"
                + (Long.parseLong(parts[1]) - 1)
                + "-"
                + (Long.parseLong(parts[2]) - 1);
    }

    @Test
    void whileRedisIsAwayClientsStayAndPublishersAreToldToComeBack() throws Exception {
        try (NodeProcess a = node("a");
                ChannelClient client = new ChannelClient(a)) {
            client.send("{'type':'subscribe','id':2,'channel':'room.42'}");
            client.await("'type':'subscribed'");
            redis.kill();
            client.send("{'type':'publish','id':3,'channel':'room.42','msgId':'m1','data':1}");
            assertThat(client.await("'id':3"))
                    .contains("\"code\":\"UNAVAILABLE\"")
                    .contains("\"retryAfterMs\":");
            redis.start();
            String answer = "UNAVAILABLE";
            for (int id = 4; answer.contains("UNAVAILABLE"); id++) {
                client.send(
                        "{'type':'publish','id':"
                                + id
                                + ",'channel':'room.42','msgId':'m1','data':1}");
                answer = client.await("'id':" + id);
            }
            assertThat(answer).contains("\"type\":\"published\"");
            assertThat(client.await("'type':'message'")).contains("\"msgId\":\"m1\"");
        }
    }

    @Test
    void aNodeWhoseRedisIsNotThereEndsWithOneAndNamesTheUri() throws Exception {
        redis.kill();
        NodeProcess node =
                NodeProcess.launch(
                        folder,
                        command(
                                "--set",
                                "highwater.port=0",
                                "--set",
                                "highwater.admin.port=0",
                                "--set",
                                "highwater.backbone=redis",
                                "--set",
                                "highwater.redis.uri=redis://me:secret@127.0.0.1:" + redis.port()),
                        Map.of());
        assertThat(node.awaitExit()).isEqualTo(1);
        assertThat(node.stderr())
                .contains("highwater.redis.uri: redis://127.0.0.1:" + redis.port())
                .doesNotContain("secret");
    }

    private static List<String> command(String... options) {
        List<String> command = new ArrayList<>(NodeProcess.java("-Xmx128m", List.of()));
        command.add("run");
        command.addAll(List.of(options));
        return command;
    }
}
