package io.highwater.endpoint.demo;

import jakarta.inject.Inject;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;

/** Decodes a text message into a checked {@link ChatMessage}. */
public class ChatMessageDecoder implements Decoder.Text<ChatMessage> {
    @Inject ChatCodec codec;

    @Override
    public ChatMessage decode(String text) throws DecodeException {
        return codec.decode(text);
    }

    @Override
    public boolean willDecode(String text) {
        return true;
    }
}
