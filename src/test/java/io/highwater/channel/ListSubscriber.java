package io.highwater.channel;

import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Writes down what it hears, in short. Confined to its test. */
class ListSubscriber implements Subscriber<String> {
    final List<String> heard = new ArrayList<>();
    final List<Turn<String>> turns = new ArrayList<>();
    private final String client;

    ListSubscriber(String client) {
        this.client = client;
    }

    @Override
    public String client() {
        return client;
    }

    @Override
    public void onSubscribed(SubscribeOutcome outcome) {
        if (outcome instanceof SubscribeOutcome.Recovered recovered) {
            heard.add(outcome.requestId() + " recovered " + sequence(recovered.cursor()));
        } else if (outcome instanceof SubscribeOutcome.NotRecovered not) {
            heard.add(outcome.requestId() + " " + not.reason() + " " + sequence(not.cursor()));
        } else if (outcome instanceof SubscribeOutcome.Unkept unkept) {
            heard.add(
                    outcome.requestId() + " unkept" + (unkept.asked() ? ", though it asked" : ""));
        } else if (outcome instanceof SubscribeOutcome.Failed failed) {
            heard.add(outcome.requestId() + " failed: " + failed.cause().getMessage());
        }
    }

    private static String sequence(Cursor cursor) {
        return cursor.positions().stream().map(Position::origin).toList()
                + cursor.positions().stream()
                        .map(Position::channelSequence)
                        .map(String::valueOf)
                        .collect(Collectors.joining("+"));
    }

    @Override
    public void onTurn(Turn<String> turn, TurnKind kind) {
        turns.add(turn);
        heard.add(kind + " " + turn.publications().stream().map(Publication::frame).toList());
    }

    /** Only those that ask are told, which write down more. */
    @Override
    public boolean onPresence(String event) {
        heard.add("told though it did not ask");
        return true;
    }

    /** What was heard since it was last asked. */
    List<String> take() {
        List<String> taken = List.copyOf(heard);
        heard.clear();
        return taken;
    }
}
