package io.highwater.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClusterTest {
    private final MemoryBus bus = new MemoryBus();
    private int unreadable;

    private final class Node {
        private final List<String> heard = new ArrayList<>();
        private boolean failing;
        private final Cluster cluster =
                new Cluster(
                        bus.node(),
                        Ledger.unbounded().book(Account.RINGS),
                        new ClusterObserver() {
                            @Override
                            public void onUnreadable() {
                                unreadable++;
                            }
                        },
                        LogLimit.none());

        private Node() {
            var unused = cluster.start(this::hear);
        }

        private void hear(Draft draft) {
            if (failing) {
                throw new OutOfMemoryError("thrown by a test");
            }
            heard.add(draft.msgId());
        }

        private void publish(String msgId) {
            cluster.send(new Draft("ephemeral:x", "p", msgId, null, false, "1".getBytes(UTF_8)));
        }
    }

    private final Node a = new Node();
    private final Node b = new Node();
    private final Node c = new Node();

    @Test
    void theOthersHearWhatANodeSendsInOrder() {
        a.publish("a1");
        a.publish("a2");
        b.publish("b1");
        bus.pass();
        assertThat(a.heard).containsExactly("b1");
        assertThat(b.heard).containsExactly("a1", "a2");
        assertThat(c.heard).containsExactly("a1", "a2", "b1");
    }

    @Test
    void whatThisVersionCannotReadIsCounted() {
        bus.inject(new byte[] {77});
        bus.inject("nobody's".getBytes(UTF_8));
        a.publish("a1");
        bus.pass();
        assertThat(b.heard).containsExactly("a1");
        assertThat(unreadable).isEqualTo(6);
    }

    @Test
    void aHubThatThrowsMissesOnlyThat() {
        b.failing = true;
        a.publish("a1");
        bus.pass();
        b.failing = false;
        a.publish("a2");
        bus.pass();
        assertThat(b.heard).containsExactly("a2");
    }
}
