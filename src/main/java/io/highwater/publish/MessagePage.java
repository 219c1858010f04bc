package io.highwater.publish;

import io.highwater.api.Api;
import java.util.List;

/**
 * A piece of a channel's history. Immutable.
 *
 * @param messages oldest first, or newest first if what is before a position was asked for
 * @param complete nothing that is kept lies beyond the last message; if false, ask again from there
 */
@Api
public record MessagePage(List<Message> messages, boolean complete) {
    public MessagePage {
        messages = List.copyOf(messages);
    }
}
