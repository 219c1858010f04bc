package io.highwater.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Entry;
import io.highwater.backbone.Position;
import io.highwater.protocol.Codec;
import io.highwater.protocol.Command;
import io.highwater.protocol.Reply;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ChannelMessageTest {
    private static final int BYTES = 128;
    private static final long GENERATION = 1_795_301_843_554L;

    private final ChannelMessage message = new ChannelMessage(BYTES);

    private byte[] delivered(long sequence, long atNanos) {
        return message.number(FanoutMessage.Form.DELIVERED, sequence, atNanos).clone();
    }

    private long read(byte[] bytes) {
        return message.read(ByteBuffer.wrap(bytes), 0, bytes.length);
    }

    @Test
    void theRawLoopCarriesWhatHighwaterMakesOfTheCommand() {
        byte[] command = message.number(FanoutMessage.Form.COMMAND, 99, 7);
        Command.Publish publish = (Command.Publish) new Codec().decode(command);
        Entry entry =
                new Entry(
                        publish.channel(),
                        new Position("local", GENERATION, 100, 100),
                        null,
                        publish.msgId(),
                        publish.key(),
                        false,
                        publish.data(),
                        1);
        assertThat(publish.data()).hasSize(BYTES);
        assertThat(StandardCharsets.UTF_8.decode(Reply.message(entry)).toString())
                .isEqualTo(new String(delivered(99, 7), StandardCharsets.UTF_8));
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
