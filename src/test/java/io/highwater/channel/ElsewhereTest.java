package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.HeapBytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a node keeps of the members that other nodes tell of. */
final class ElsewhereTest {
    private static final int LISTED = 100;
    private static final int MOST = OtherMembers.MOST_NAMES;

    private final Elsewhere elsewhere = new Elsewhere(Set.of(1L, 2L), LISTED);

    private static Members of(String... names) {
        return new Members(names.length, List.of(names));
    }

    private static Members number(int count) {
        return new Members(count, List.of());
    }

    private static Members named(int count) {
        return new Members(count, IntStream.range(0, count).mapToObj(i -> "c" + i).toList());
    }

    private boolean all(long node, Members all) {
        return elsewhere.all(node, all, bytes -> true);
    }

    private boolean change(long node, int count, Members joined, Members left) {
        return elsewhere.change(node, count, joined, left, bytes -> true);
    }

    private List<String> clients() {
        List<String> clients = new ArrayList<>(elsewhere.clients());
        Collections.sort(clients);
        return clients;
    }

    private String taken() {
        NetChange change = elsewhere.take();
        List<String> joined = new ArrayList<>(change.joined().clients());
        Collections.sort(joined);
        return "+"
                + change.joined().count()
                + joined
                + " -"
                + change.left().count()
                + change.left().clients();
    }

    @Test
    void allIsKnownOnceEachNodeHasToldOrIsGone() {
        assertThat(elsewhere.isKnown()).isFalse();
        all(1, of("a"));
        assertThat(elsewhere.isKnown()).isFalse();
        elsewhere.gone(2);
        assertThat(elsewhere.isKnown()).isTrue();
    }

    @Test
    void namesAreKeptIfThereIsRoomForThem() {
        long[] asked = new long[1];
        elsewhere.all(
                1,
                of("a", "b"),
                bytes -> {
                    asked[0] = bytes;
                    return false;
                });
        assertThat(asked[0]).isEqualTo(2 * (OtherMembers.NAME_BYTES + HeapBytes.of("a")));
        assertThat(elsewhere.count()).isEqualTo(2);
        assertThat(clients()).isEmpty();
        assertThat(taken()).isEqualTo("+2[a, b] -0[]");
        assertThat(elsewhere.bytes()).isEqualTo(Elsewhere.BYTES + OtherMembers.BYTES);
    }

    @Test
    void namesAreKeptIfTheyAreAllAndNotTooMany() {
        all(1, new Members(3, List.of("a", "b")));
        assertThat(clients()).isEmpty();
        all(2, named(MOST + 1));
        assertThat(clients()).isEmpty();
        assertThat(elsewhere.count()).isEqualTo(MOST + 4);
        elsewhere.take();
        assertThat(elsewhere.bytes()).isEqualTo(Elsewhere.BYTES + 2 * OtherMembers.BYTES);
        assertThat(all(1, of("a"))).as("all names are known only now").isFalse();
        assertThat(clients()).containsExactly("a");
        assertThat(elsewhere.hasChanged()).isFalse();
    }

    @Test
    void whatIsToldAnewIsComparedNameByName() {
        all(1, of("a", "a", "b"));
        assertThat(taken()).isEqualTo("+3[a, a, b] -0[]");
        assertThat(all(1, of("a", "c", "c", "b"))).isTrue();
        assertThat(taken()).isEqualTo("+2[c, c] -1[a]");
        assertThat(elsewhere.count()).isEqualTo(4);
        assertThat(clients()).containsExactly("a", "b", "c", "c");
        all(1, number(2));
        assertThat(taken()).isEqualTo("+0[] -2[]");
        assertThat(clients()).isEmpty();
    }

    @Test
    void aChangeThatDoesNotFitIsNotTaken() {
        all(1, of("a", "b"));
        elsewhere.take();
        assertThat(change(1, 5, of("c"), Members.NONE)).as("wrong number").isFalse();
        assertThat(change(1, 1, Members.NONE, of("x"))).as("nobody of that name").isFalse();
        assertThat(change(1, 0, Members.NONE, of("a", "a"))).as("not so often").isFalse();
        assertThat(change(2, 1, of("c"), Members.NONE)).as("it has told nothing yet").isFalse();
        assertThat(elsewhere.hasChanged()).isFalse();
        assertThat(clients()).containsExactly("a", "b");
        assertThat(elsewhere.count()).isEqualTo(2);
    }

    @Test
    void namesComeAndGoWithTheirBytes() {
        all(1, of("a"));
        elsewhere.take();
        long one = elsewhere.bytes();
        assertThat(change(1, 3, of("b", "b"), Members.NONE)).isTrue();
        elsewhere.take();
        assertThat(elsewhere.bytes()).isEqualTo(one + OtherMembers.NAME_BYTES + HeapBytes.of("b"));
        assertThat(change(1, 1, Members.NONE, of("b", "b"))).isTrue();
        elsewhere.take();
        assertThat(elsewhere.bytes()).isEqualTo(one);
        assertThat(clients()).containsExactly("a");
        assertThat(change(1, 1, of("b"), of("b"))).as("b is not there any more").isFalse();
    }

    @Test
    void aChangeWithoutAllNamesLeavesTheNumber() {
        all(1, of("a"));
        assertThat(change(1, 4, new Members(3, List.of("b")), Members.NONE))
                .as("few enough to ask for the names")
                .isFalse();
        assertThat(clients()).isEmpty();
        assertThat(elsewhere.count()).isEqualTo(4);
        assertThat(taken()).isEqualTo("+4[a, b] -0[]");
        assertThat(elsewhere.bytes()).isEqualTo(Elsewhere.BYTES + OtherMembers.BYTES);
    }

    @Test
    void ofTooManyTheNamesAreForgotten() {
        all(1, named(MOST));
        assertThat(clients()).hasSize(MOST);
        assertThat(change(1, MOST + 1, of("one"), Members.NONE)).isTrue();
        assertThat(clients()).isEmpty();
    }

    @Test
    void namesAreAskedForAgainAtHalfOfTheMostIfThereIsRoom() {
        all(1, number(MOST + 1));
        int half = MOST / 2;
        assertThat(change(1, half + 1, Members.NONE, number(half))).isTrue();
        long[] asked = new long[1];
        assertThat(
                        elsewhere.change(
                                1,
                                half,
                                Members.NONE,
                                number(1),
                                bytes -> {
                                    asked[0] = bytes;
                                    return false;
                                }))
                .as("no room")
                .isTrue();
        assertThat(asked[0]).isEqualTo((long) half * OtherMembers.MOST_NAME_BYTES);
        assertThat(change(1, half - 1, Members.NONE, number(1))).isFalse();
    }

    @Test
    void ofChangesOnlySomeNamesAreKept() {
        all(1, named(150));
        NetChange change = elsewhere.take();
        assertThat(change.joined().count()).isEqualTo(150);
        assertThat(change.joined().clients()).hasSize(LISTED);
        elsewhere.gone(1);
        change = elsewhere.take();
        assertThat(change.left().count()).isEqualTo(150);
        assertThat(change.left().clients()).hasSize(LISTED);
        assertThat(elsewhere.count()).isZero();
        assertThat(elsewhere.bytes()).isEqualTo(Elsewhere.BYTES);
    }

    /** As often as it is on both sides, and no more often. */
    @Test
    void whoComesAndGoesCancelsOut() {
        NetChange change = new NetChange(LISTED).add(of("a", "a", "b"), of("a", "c"));
        assertThat(change.joined()).isEqualTo(of("a", "b"));
        assertThat(change.left()).isEqualTo(of("c"));
        change.add(of("c"), of("a", "b"));
        assertThat(change.isEmpty()).isTrue();
        assertThat(change.bytes()).isZero();
    }
}
