package io.highwater.session;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Level;
import io.highwater.backbone.PublisherName;
import io.highwater.channel.ChannelSettings;
import io.highwater.channel.HistoryPage;
import io.highwater.channel.Members;
import io.highwater.channel.Occupancy;
import io.highwater.channel.PresenceEvent;
import io.highwater.channel.SubscribeOutcome;
import io.highwater.protocol.Command;
import io.highwater.protocol.HistoryText;
import io.highwater.protocol.Reply;
import io.highwater.protocol.Reply.Message.Mark;
import io.highwater.protocol.ResumeFailure;
import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;

/** Turns the answers of the channels and the log into the protocol's replies. No state. */
final class Replies {
    private Replies() {}

    /**
     * @param channels whether subscribers are told who published it
     */
    static Reply.Message message(Entry entry, Mark mark, ChannelSettings channels) {
        String publisher = entry.publisher();
        return new Reply.Message(
                entry.channel(),
                entry.msgId(),
                entry.isEphemeral() ? null : entry.position(),
                entry.previous(),
                entry.key(),
                mark,
                entry.data(),
                publisher != null && channels.tellsPublisher(entry.channel())
                        ? PublisherName.subject(publisher)
                        : null);
    }

    static Reply subscribed(SubscribeOutcome.Recovered outcome) {
        return new Reply.Subscribed(outcome.requestId(), outcome.channel(), null, outcome.cursor());
    }

    static Reply subscribed(SubscribeOutcome.NotRecovered outcome) {
        return new Reply.Subscribed(
                outcome.requestId(), outcome.channel(), outcome.reason(), outcome.cursor());
    }

    static Reply subscribed(SubscribeOutcome.Unkept outcome) {
        return new Reply.Subscribed(
                outcome.requestId(),
                outcome.channel(),
                outcome.asked() ? ResumeFailure.EPHEMERAL : null,
                null);
    }

    static Reply published(Command.Publish publish, Appended appended) {
        return new Reply.Published(
                publish.id(),
                publish.msgId(),
                appended.level() == Level.EPHEMERAL ? null : appended.position(),
                appended.level().word(),
                appended.duplicate());
    }

    static Reply present(Integer id, String channel, Occupancy presence) {
        return new Reply.Present(id, channel, presence.count(), presence.clients());
    }

    static Reply change(PresenceEvent event) {
        return new Reply.PresenceChange(
                event.channel(),
                event.snapshot(),
                event.count(),
                members(event.joined()),
                members(event.left()));
    }

    private static Reply.Members members(Members members) {
        return new Reply.Members(members.count(), members.clients());
    }

    /**
     * As much of the page as fits into one answer, but at least one entry; the client asks again
     * for the rest. If one of the entries is secret, the answer is never compressed.
     *
     * @param maxBytes size limit of the whole answer
     * @param channels whether the client is told who published
     */
    static OutboundFrame history(
            Integer id, String channel, HistoryPage page, long maxBytes, ChannelSettings channels) {
        HistoryText text = new HistoryText(id, channel, maxBytes);
        boolean secret = false;
        boolean all = true;
        for (Entry entry : page.entries()) {
            all = text.add(message(entry, Mark.NONE, channels));
            if (!all) {
                break;
            }
            secret |= entry.secret();
        }
        ByteBuffer json = all && page.complete() ? text.complete() : text.incomplete();
        OutboundFrame frame = OutboundFrame.text(json);
        return secret ? frame.secret() : frame;
    }
}
