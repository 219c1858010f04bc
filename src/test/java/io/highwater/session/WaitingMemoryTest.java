package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.ChannelRule;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.outbound.WaterMarks;
import io.highwater.session.SessionFixture.Client;
import io.highwater.testing.AccountedHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is charged for commands that wait for a channel is what they keep of the heap. */
final class WaitingMemoryTest {
    private static final int CLIENTS = 2_000;
    private static final int COMMANDS = 5;

    private final SessionFixture fixture =
            new SessionFixture(
                    ChannelRule.NONE, WaterMarks.defaults(), Map.of(Account.NAMES, 1L << 40));
    private final Book names = fixture.ledger.book(Account.NAMES);
    private final AccountedHeap heap = new AccountedHeap(names::bytes);
    private final List<Client> clients = new ArrayList<>();

    /** What one client asks for. */
    private interface Asking {
        void ask(Client client, int number);
    }

    private void open(int subscriptions) {
        for (int i = 0; i < CLIENTS; i++) {
            Client client = fixture.client("a");
            client.send("{'type':'ping','id':1}");
            for (int c = 0; c < subscriptions; c++) {
                client.send(command("subscribe", i * COMMANDS + c));
            }
            client.wire.forget();
            clients.add(client);
        }
    }

    private void check(Asking asking) throws Exception {
        long before = names.bytes();
        Client warm = fixture.client("warm");
        asking.ask(warm, -1);
        heap.check(
                CLIENTS * COMMANDS,
                () -> {
                    for (int i = 0; i < CLIENTS; i++) {
                        for (int c = 0; c < COMMANDS; c++) {
                            asking.ask(clients.get(i), i * COMMANDS + c);
                        }
                    }
                });
        for (Client client : clients) {
            assertThat(client.wire.messages()).isEmpty();
        }
        fixture.run();
        assertThat(names.bytes()).as("given back").isLessThanOrEqualTo(before);
    }

    private static String command(String type, int number) {
        return ("{'type':'"
                        + type
                        + "','id':"
                        + (number + 2)
                        + ",'channel':'a-channel-of-the-test-"
                        + number
                        + "'}")
                .replace('\'', '"');
    }

    @Test
    void questionsForPresence() throws Exception {
        open(0);
        check((client, number) -> client.sendAhead(command("presence", number)));
    }

    /** The subscription is still in its channel, though its session pays for it no more. */
    @Test
    void unsubscribes() throws Exception {
        open(COMMANDS);
        check((client, number) -> client.sendAhead(command("unsubscribe", number)));
    }
}
