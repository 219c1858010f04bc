package io.highwater.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.backbone.PublisherName;
import io.highwater.channel.Members;
import io.highwater.channel.Occupancy;
import io.highwater.cluster.Item.Published;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BatchTest {
    /** As this version wrote it; later ones must read it. */
    private static final String KEPT =
            "01"
                    + "00"
                    + "000000000000002a"
                    + "0000000000000007"
                    + "01"
                    + "00000021"
                    + "03"
                    + "000b657068656d6572616c3a78"
                    + "00026d31"
                    + "000563757273"
                    + "6f"
                    + "7b2278223a317d"
                    + "0a";

    private static Published published(String msgId, String key, boolean secret, String data) {
        return new Published(
                new Draft("ephemeral:x", "", msgId, key, secret, data.getBytes(UTF_8)));
    }

    private static byte[] message(Item... items) {
        return Batch.message(false, 42, 7, Arrays.stream(items).map(Batch::bytes).toList());
    }

    private static String text(Item item) {
        Draft draft = ((Published) item).draft();
        return draft.channel()
                + " "
                + draft.msgId()
                + " "
                + draft.key()
                + " "
                + draft.secret()
                + " "
                + new String(draft.data(), UTF_8);
    }

    @Test
    void whatIsWrittenIsRead() {
        Batch batch =
                Batch.read(
                        message(
                                published("m1", null, false, "1"),
                                published("m2", "kéy", true, "{\"x\":\"é\"}")));
        assertThat(batch.sender()).isEqualTo(42);
        assertThat(batch.number()).isEqualTo(7);
        assertThat(batch.items())
                .extracting(BatchTest::text)
                .containsExactly(
                        "ephemeral:x m1 null false 1", "ephemeral:x m2 kéy true {\"x\":\"é\"}");
    }

    @Test
    void everyKindIsReadAsItWasWritten() {
        Members some = new Members(3, List.of("a", "a"));
        List<Item> items =
                List.of(
                        new Item.Watch("c"),
                        new Item.Unwatch("c"),
                        new Item.All("c", some),
                        new Item.Change("c", 4, some, new Members(0, List.of())),
                        new Item.Resync(),
                        new Item.Question(7, "c", 978),
                        new Item.Answer(7, new Occupancy(2, List.of("a", "b"))),
                        new Item.Bye());
        Batch batch =
                Batch.read(Batch.message(true, -1, 9, items.stream().map(Batch::bytes).toList()));
        assertThat(batch.items()).isEqualTo(items);
        assertThat(batch.toOne()).isTrue();
        assertThat(batch.sender()).isEqualTo(-1);
        assertThat(items.stream().map(Item::kind)).doesNotHaveDuplicates();
    }

    @Test
    void theBytesOfThisVersionStayReadable() {
        Batch batch = Batch.read(HexFormat.of().parseHex(KEPT));
        assertThat(batch.items())
                .extracting(BatchTest::text)
                .containsExactly("ephemeral:x m1 curso true {\"x\":1}\n");
        assertThat(HexFormat.of().formatHex(message(batch.items().toArray(Item[]::new))))
                .isEqualTo(KEPT);
    }

    @Test
    void aSubjectThatIsToldIsReadAndOtherPublishersAreNot() {
        String subject = PublisherName.ofSubject("zoë");
        List<Item> read =
                Batch.read(
                                message(
                                        new Published(draft(subject, "m1", "k")),
                                        new Published(draft("zoe", "m2", null))))
                        .items();
        assertThat(read)
                .extracting(BatchTest::text)
                .containsExactly("ephemeral:x m1 k false 1", "ephemeral:x m2 null false 1");
        assertThat(read)
                .extracting(item -> ((Published) item).draft().publisher())
                .containsExactly(subject, "");
        assertThat(HexFormat.of().formatHex(Batch.bytes(new Published(draft("@z", "m", null)))))
                .isEqualTo(
                        "0a"
                                + "00000016"
                                + "0002407a"
                                + "00"
                                + "000b657068656d6572616c3a78"
                                + "00016d"
                                + "31");
    }

    private static Draft draft(String publisher, String msgId, @Nullable String key) {
        return new Draft("ephemeral:x", publisher, msgId, key, false, new byte[] {'1'});
    }

    @Test
    void kindsOfALaterVersionArePassedOver() {
        ByteArrayOutputStream later = new ByteArrayOutputStream();
        later.writeBytes(message(published("m1", null, false, "1")));
        later.writeBytes(new byte[] {99, 0, 0, 0, 3, 1, 2, 3});
        later.writeBytes(Batch.bytes(published("m2", null, false, "2")));
        assertThat(Batch.read(later.toByteArray()).items())
                .extracting(BatchTest::text)
                .containsExactly("ephemeral:x m1 null false 1", "ephemeral:x m2 null false 2");
    }

    @Test
    void anotherVersionIsNotRead() {
        byte[] message = message(published("m1", null, false, "1"));
        message[0] = 2;
        assertThat(Batch.read(message)).isNull();
    }

    /** A batch that is cut off has fewer items, or cannot be read; nothing is thrown. */
    @Test
    void whatIsCutOffIsNotReadInPart() {
        byte[] message =
                message(published("m1", "key", false, "1"), published("m2", null, true, "2"));
        for (int length = 0; length < message.length; length++) {
            Batch batch = Batch.read(Arrays.copyOf(message, length));
            if (batch != null) {
                assertThat(batch.items()).hasSizeLessThan(2);
            }
        }
    }

    @Property(tries = 2_000)
    void whatNobodyWroteThrowsNothing(@ForAll @Size(max = 200) List<Byte> noise) {
        byte[] message = new byte[noise.size()];
        for (int i = 0; i < message.length; i++) {
            message[i] = noise.get(i);
        }
        if (message.length > 0) {
            message[0] = 1;
        }
        if (message.length > 18) {
            message[18] = (byte) (1 + (message[18] & 7));
        }
        var unused = Batch.read(message);
    }
}
