package io.highwater.session;

import io.highwater.backbone.Entry;
import io.highwater.backbone.Position;
import io.highwater.channel.FrameFactory;
import io.highwater.channel.Publication;
import io.highwater.outbound.OutboundPart;
import io.highwater.outbound.OutboundTurn;
import io.highwater.protocol.Reply;
import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes of entries what queues take: a turn of one message each, or of all of them together.
 * Thread-safe, having no state.
 */
public final class TurnFrames implements FrameFactory<OutboundTurn<Position>> {
    @Override
    public OutboundTurn<Position> frame(Entry entry) {
        return turn(entry, Reply.message(entry));
    }

    @Override
    public OutboundTurn<Position> snapshot(Entry entry) {
        return turn(entry, Reply.snapshot(entry));
    }

    private static OutboundTurn<Position> turn(Entry entry, ByteBuffer message) {
        OutboundFrame frame = OutboundFrame.text(message);
        return new OutboundTurn<>(
                frame,
                List.of(new OutboundPart<>(frame, entry.key(), entry.position())),
                entry.appendedNanos());
    }

    /** One turn of all these; never empty. */
    static OutboundTurn<Position> join(List<Publication<OutboundTurn<Position>>> publications) {
        OutboundTurn<Position> first = publications.get(0).frame();
        if (publications.size() == 1) {
            return first;
        }
        List<OutboundPart<Position>> parts = new ArrayList<>(publications.size());
        for (Publication<OutboundTurn<Position>> publication : publications) {
            parts.addAll(publication.frame().parts());
        }
        return OutboundTurn.of(parts, first.sinceNanos());
    }
}
