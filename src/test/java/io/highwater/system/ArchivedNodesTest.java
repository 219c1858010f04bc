package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.PostgresServer;
import io.highwater.testing.RedisProcess;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes as processes on a real Redis and a real PostgreSQL, of which any may die. */
@Timeout(600)
final class ArchivedNodesTest {
    private static final Pattern POSITION = Pattern.compile("\"position\":\"([0-9-]+)\"");

    @TempDir private Path folder;
    private RedisProcess redis;
    private String archive;

    @BeforeEach
    void startServers() throws Exception {
        redis = RedisProcess.start(folder, "--appendonly", "yes");
        archive = PostgresServer.shared().newDatabase();
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
                        redis.uri(),
                        "highwater.archive.url",
                        archive,
                        "highwater.limits.commands-per-second",
                        "10000",
                        "highwater.limits.commands-burst",
                        "20000",
                        "highwater.channels.room.prefix",
                        "room.",
                        "highwater.channels.room.history-messages",
                        "2"));
    }

    /** Publishes until it is acknowledged. */
    private static String publish(ChannelClient client, String msgId) throws Exception {
        String answer = "UNAVAILABLE";
        for (int id = 100; answer.contains("UNAVAILABLE"); id++) {
            client.send(
                    "{'type':'publish','id':"
                            + id
                            + ",'channel':'room.42','msgId':'"
                            + msgId
                            + "','data':1}");
            answer = client.await("'id':" + id);
        }
        assertThat(answer).contains("\"level\":\"durable\"");
        Matcher matcher = POSITION.matcher(answer);
        assertThat(matcher.find()).as(answer).isTrue();
        return matcher.group(1);
    }

    /** Asks again while the node can't say what happened to the log. */
    private static String subscribe(ChannelClient client, String since) throws Exception {
        String answer = "UNAVAILABLE";
        for (int id = 10; answer.contains("UNAVAILABLE"); id++) {
            client.send(
                    "{'type':'subscribe','id':"
                            + id
                            + ",'channel':'room.42','since':{'local':'"
                            + since
                            + "'}}");
            answer = client.await("'id':" + id);
        }
        return answer;
    }

    @Test
    void aClientResumesAcrossTheDeathOfItsNodeAndOfRedisAndItsData() throws Exception {
        String first;
        try (NodeProcess a = node("a");
                ChannelClient onA = new ChannelClient(a)) {
            first = publish(onA, "m0");
            for (int i = 1; i < 10; i++) {
                publish(onA, "m" + i);
            }
            a.signal("KILL");
        }
        redis.commands().flushall();
        try (NodeProcess b = node("b");
                ChannelClient onB = new ChannelClient(b)) {
            assertThat(subscribe(onB, first)).contains("\"recovered\":true");
            for (int i = 1; i < 10; i++) {
                onB.await("'msgId':'m" + i + "'");
            }
            publish(onB, "m10");
            assertThat(onB.await("'type':'message'"))
                    .contains("\"msgId\":\"m10\"")
                    .contains("\"previous\":\"");
            onB.send("{'type':'history','id':3,'channel':'room.42','at':'2020-01-01T00:00:00Z'}");
            assertThat(onB.await("'id':3")).contains("\"msgId\":\"m0\"", "\"msgId\":\"m10\"");
            onB.send(
                    "{'type':'history','id':4,'channel':'room.42','origin':'local',"
                            + "'before':'9999999999999-1-1'}");
            assertThat(onB.await("'id':4")).contains("\"msgId\":\"m0\"", "\"msgId\":\"m10\"");
        }
    }

    @Test
    void whoComesInGetsTheLatestOfWhatTheRingHasNoMore() throws Exception {
        try (NodeProcess a = node("a");
                ChannelClient onA = new ChannelClient(a)) {
            for (int i = 0; i < 5; i++) {
                onA.send(
                        "{'type':'publish','id':"
                                + (10 + i)
                                + ",'channel':'room.42','msgId':'m"
                                + i
                                + "','key':'k"
                                + i
                                + "','data':1}");
                assertThat(onA.await("'id':" + (10 + i))).contains("\"level\":\"durable\"");
            }
            try (NodeProcess b = node("b");
                    ChannelClient onB = new ChannelClient(b)) {
                onB.send("{'type':'subscribe','id':2,'channel':'room.42','since':'latest'}");
                onB.await("'type':'subscribed'");
                for (int i = 0; i < 5; i++) {
                    assertThat(onB.await("'msgId':'m" + i + "'")).contains("\"snapshot\":true");
                }
            }
        }
    }

    @Test
    void aSingleNodesArchiveGoesOnBehindARedis() throws Exception {
        String first;
        try (NodeProcess single =
                        NodeProcess.start(
                                folder,
                                Map.of(
                                        "highwater.node",
                                        "single",
                                        "highwater.archive.url",
                                        archive));
                ChannelClient client = new ChannelClient(single)) {
            first = publish(client, "m0");
            publish(client, "m1");
            publish(client, "m2");
            single.terminate();
            single.awaitExit();
        }
        try (NodeProcess a = node("a");
                ChannelClient onA = new ChannelClient(a)) {
            assertThat(subscribe(onA, first)).contains("\"recovered\":true");
            onA.await("'msgId':'m1'");
            onA.await("'msgId':'m2'");
            publish(onA, "m3");
            onA.await("'msgId':'m3'");
        }
    }

    @Test
    void theOtherNodeTakesOverWhatANodeArchivedThatWasKilled() throws Exception {
        try (NodeProcess b = node("b");
                ChannelClient onB = new ChannelClient(b)) {
            try (NodeProcess a = node("a");
                    ChannelClient onA = new ChannelClient(a)) {
                onB.send("{'type':'subscribe','id':2,'channel':'room.42'}");
                onB.await("'type':'subscribed'");
                publish(onA, "m0");
                publish(onB, "m1");
                a.signal("KILL");
            }
            publish(onB, "m2");
            try (NodeProcess again = node("a");
                    ChannelClient onA = new ChannelClient(again)) {
                b.signal("KILL");
                publish(onA, "m3");
                onA.send("{'type':'history','id':5,'channel':'room.42'}");
                assertThat(onA.await("'id':5"))
                        .contains("\"msgId\":\"m0\"", "\"msgId\":\"m1\"", "\"msgId\":\"m2\"")
                        .contains("\"msgId\":\"m3\"");
            }
        }
    }
}
