package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ChannelMessageTest {
    private static final int BYTES = 128;

    private final ChannelMessage message = new ChannelMessage(BYTES);

    private byte[] delivered(long sequence, long atNanos) {
        return message.number(FanoutMessage.Form.DELIVERED, sequence, atNanos).clone();
    }

    private long read(byte[] bytes) {
        return message.read(ByteBuffer.wrap(bytes), 0, bytes.length);
    }

    /** docs/protocol.md's publish, and the message that the server makes of it. */
    @Test
    void theDeliveredFormIsWhatAServerMakesOfTheCommand() {
        String stamp = "#" + "0".repeat(14) + "63" + "0".repeat(15) + "7" + "x".repeat(93);

        assertThat(text(message.number(FanoutMessage.Form.COMMAND, 99, 7)))
                .isEqualTo(
                        "{\"type\":\"publish\",\"id\":1,\"channel\":\"bench\","
                                + "\"msgId\":\"00000063\",\"data\":\""
                                + stamp
                                + "\"}");
        assertThat(text(delivered(99, 7)))
                .isEqualTo(
                        "{\"type\":\"message\",\"channel\":\"bench\",\"msgId\":\"00000063\","
                                + "\"origin\":\"local\",\"position\":\"1795301843554-100-100\","
                                + "\"data\":\""
                                + stamp
                                + "\"}");
        assertThat(delivered(99, 7)).hasSize(BYTES + ChannelMessage.ENVELOPE_BYTES);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    @Test
    void theDeliveredFormIsReadBack() {
        assertThat(read(delivered(42, -7))).isEqualTo(42);
        assertThat(message.sentAtNanos()).isEqualTo(-7);
    }

    @Test
    void aCutOrChangedMessageIsWrong() {
        String whole = new String(delivered(42, 1), StandardCharsets.US_ASCII);

        assertThat(read(FanoutMessage.ascii(whole.replaceFirst("x\"", "\""))))
                .isEqualTo(FanoutMessage.WRONG);
        assertThat(read(FanoutMessage.ascii(whole.replaceFirst("x\"", "y\""))))
                .isEqualTo(FanoutMessage.WRONG);
    }

    @Test
    void anAnswerIsNoneOfThem() {
        String published =
                "{\"type\":\"published\",\"id\":1,\"msgId\":\"0000002a\",\"origin\":\"local\","
                        + "\"position\":\"1795301843554-43-43\",\"level\":\"memory\","
                        + "\"duplicate\":false,\"pad\":\"pppppppppppppppppppppppppppppppp\"}";

        assertThat(read(FanoutMessage.ascii("{\"type\":\"pong\"}"))).isEqualTo(FanoutMessage.NONE);
        assertThat(read(FanoutMessage.ascii(published))).isEqualTo(FanoutMessage.NONE);
    }

    @Test
    void theSmallestDataHasRoomForTheNumbers() {
        ChannelMessage smallest = new ChannelMessage(ChannelMessage.minBytes());
        byte[] bytes = smallest.number(FanoutMessage.Form.DELIVERED, 3, 4);

        assertThat(smallest.read(ByteBuffer.wrap(bytes), 0, bytes.length)).isEqualTo(3);
    }
}
