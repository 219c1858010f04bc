package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.RedisProcess;
import io.highwater.testing.TcpProxy;
import io.lettuce.core.KillArgs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node whose connections lead on to a Redis that is the primary no more, or only for this node;
 * new connections lead to the new primary, as a name or Sentinels would have them.
 */
final class DemotedPrimaryTest {
    private static final String CHANNEL = LogNode.CHANNEL;

    private static final Pattern CLIENT = Pattern.compile("^id=(\\d+) .* cmd=(\\S+)");

    /** Nothing is noticed by checks. */
    static final Timing UNCHECKED = checkedEvery(Duration.ofHours(1));

    private static Timing checkedEvery(Duration check) {
        Timing patient = LogNode.PATIENT;
        return new Timing(
                patient.connect(),
                patient.call(),
                patient.block(),
                patient.give(),
                patient.lease(),
                patient.settle(),
                patient.end(),
                patient.cutOff(),
                check,
                patient.firstRetry(),
                patient.mostRetry());
    }

    @TempDir private Path directory;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private RedisProcess old;
    private RedisProcess promoted;
    private TcpProxy link;

    @BeforeEach
    void startRedis() throws Exception {
        old = process();
        promoted = process("--replicaof", "127.0.0.1", "" + old.port());
        await().until(() -> promoted.commands().info("replication").contains("link_status:up"));
        link = new TcpProxy(old.port());
        opened.add(link);
    }

    private RedisProcess process(String... options) throws Exception {
        RedisProcess process = RedisProcess.start(directory, options);
        opened.add(process);
        return process;
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private LogNode node(int port, Timing timing) throws Exception {
        LogNode node =
                new LogNode(
                        "redis://127.0.0.1:" + port,
                        Scripts.load(),
                        timing,
                        StreamBounds.defaults(),
                        null);
        opened.add(node);
        return node.start();
    }

    /** A node that has appended and heard a message, which both have. */
    private LogNode settledNode(Timing timing) throws Exception {
        LogNode node = node(link.port(), timing);
        node.append(CHANNEL, "m1");
        node.awaitHeard("m1");
        await().until(() -> promoted.commands().xlen(node.shard(CHANNEL).keys().log()) == 2);
        return node;
    }

    private void promote() {
        promoted.commands().replicaofNoOne();
        link.turnNewTo(promoted.port());
    }

    private void demote() {
        old.commands().replicaof("127.0.0.1", promoted.port());
    }

    /** Ends the connections to the old primary whose last command was one of these. */
    private void kill(String commands) {
        for (String line : old.commands().clientList().split("\n")) {
            Matcher client = CLIENT.matcher(line);
            if (client.find() && client.group(2).matches(commands)) {
                old.commands().clientKill(KillArgs.Builder.id(Long.parseLong(client.group(1))));
            }
        }
    }

    @Test
    void aPublicationThatAReplicaRefusesGoesToTheNewPrimary() throws Exception {
        LogNode a = settledNode(UNCHECKED);
        promote();
        demote();
        assertThat(a.append(CHANNEL, "m2").position().channelSequence()).isEqualTo(1);
        a.awaitHeard("m1", "generation", "m2");
        assertThat(a.trouble()).isNull();
    }

    @Test
    void aNodeThatOnlyReadsFindsTheNewPrimaryByItsChecks() throws Exception {
        LogNode a = settledNode(LogNode.PATIENT);
        promote();
        demote();
        a.awaitHeard("m1", "generation");
        old.kill();
        node(promoted.port(), UNCHECKED).append(CHANNEL, "m2");
        a.awaitHeard("m1", "generation", "m2");
    }

    /** The old primary still takes what others append, but others do not append there any more. */
    @Test
    void aNodeThatReadsFromAPrimaryThatOthersHaveLeftFindsTheNewOne() throws Exception {
        LogNode a = settledNode(UNCHECKED);
        promote();
        kill("evalsha|eval");
        a.append(CHANNEL, "m2");
        a.awaitHeard("m1", "generation", "m2");
    }

    @Test
    void aNodeThatAppendsToAPrimaryThatOthersHaveLeftFindsTheNewOne() throws Exception {
        LogNode a = settledNode(UNCHECKED);
        promote();
        kill("xread");
        node(promoted.port(), UNCHECKED).append(CHANNEL, "m2");
        a.awaitHeard("m1", "generation", "m2");
        a.append(CHANNEL, "m3");
        a.awaitHeard("m1", "generation", "m2", "m3");
    }
}
