package io.highwater.channel;

import java.util.ArrayList;
import java.util.List;

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
        } else if (outcome instanceof SubscribeOutcome.Failed failed) {
            heard.add(outcome.requestId() + " failed: " + failed.cause().getMessage());
        }
    }

    private static String sequence(java.util.Map<String, io.highwater.backbone.Position> cursor) {
        return cursor.keySet() + "" + cursor.values().iterator().next().channelSequence();
    }

    @Override
    public void onTurn(Turn<String> turn, TurnKind kind) {
        turns.add(turn);
        heard.add(kind + " " + turn.publications().stream().map(Publication::frame).toList());
    }

    /** What was heard since it was last asked. */
    List<String> take() {
        List<String> taken = List.copyOf(heard);
        heard.clear();
        return taken;
    }
}
