package io.highwater.publish.http;

import io.highwater.protocol.JsonText;
import io.highwater.protocol.Position;
import io.highwater.publish.Message;
import io.highwater.publish.MessagePage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes messages as the API answers them. No state. */
final class MessageText {
    private MessageText() {}

    /**
     * As many messages as fit, but at least one.
     *
     * @param mostBytes of all of them
     */
    static ByteBuffer page(MessagePage page, int mostBytes) {
        JsonText text = new JsonText(256).raw("{\"messages\":[");
        List<Message> messages = page.messages();
        int written = 0;
        while (written < messages.size()) {
            byte[] data = messages.get(written).json().getBytes(StandardCharsets.UTF_8);
            if (written > 0 && text.size() + data.length > mostBytes) {
                break;
            }
            text.raw(written == 0 ? "" : ",");
            write(text, messages.get(written), data);
            written++;
        }
        boolean complete = page.complete() && written == messages.size();
        return text.raw(complete ? "],\"complete\":true}" : "],\"complete\":false}").take();
    }

    private static void write(JsonText text, Message message, byte[] data) {
        text.raw("{\"channel\":").string(message.channel()).raw(",\"msgId\":");
        text.string(message.msgId());
        Position position = message.position();
        if (position != null) {
            text.raw(",\"origin\":").string(position.origin()).raw(",\"position\":");
            text.string(position.text());
        }
        if (message.previous() != null) {
            text.raw(",\"previous\":").string(message.previous().text());
        }
        if (message.key() != null) {
            text.raw(",\"key\":").string(message.key());
        }
        text.raw(",\"data\":").raw(data).raw("}");
    }
}
