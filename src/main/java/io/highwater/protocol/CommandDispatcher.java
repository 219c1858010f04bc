package io.highwater.protocol;

/** Carries out commands: one method for each kind, called by {@link Command#dispatch}. */
public interface CommandDispatcher {
    void onHello(Command.Hello hello);

    void onSubscribe(Command.Subscribe subscribe);

    void onUnsubscribe(Command.Unsubscribe unsubscribe);

    void onPublish(Command.Publish publish);

    void onHistory(Command.HistoryQuery query);

    void onPresence(Command.PresenceQuery query);

    void onPing(Command.Ping ping);
}
