package io.highwater.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CursorTest {
    private static final Position EU_3 = new Position("eu", 7, 30, 3);
    private static final Position EU_4 = new Position("eu", 7, 40, 4);
    private static final Position US_9 = new Position("us", 2, 90, 9);

    @Test
    void aPositionIsTheCursorOfItsOrigin() {
        assertThat(Cursor.of(List.of(EU_3))).isSameAs(EU_3);
        assertThat(EU_3.positions()).containsExactly(EU_3);
        assertThat(EU_3.at("eu")).isEqualTo(EU_3);
        assertThat(EU_3.at("us")).isNull();
        assertThat(EU_3.with(EU_4)).isSameAs(EU_4);
    }

    @Test
    void itsPositionsAreInTheOrderOfTheOriginsNames() {
        Cursor cursor = Cursor.of(List.of(US_9, EU_3));
        assertThat(cursor).isEqualTo(EU_3.with(US_9)).isEqualTo(US_9.with(EU_3));
        assertThat(cursor.positions()).containsExactly(EU_3, US_9);
        assertThat(cursor.at("us")).isEqualTo(US_9);
        assertThat(cursor.with(EU_4).positions()).containsExactly(EU_4, US_9);
    }

    @Test
    void itCoversWhatIsNotAfterItInAnyOfItsOrigins() {
        Cursor cursor = EU_3.with(US_9);
        assertThat(EU_3.covers(EU_3)).isTrue();
        assertThat(EU_3.covers(EU_4)).isFalse();
        assertThat(EU_3.covers(US_9)).isFalse();
        assertThat(EU_3.covers(cursor)).isFalse();
        assertThat(cursor.covers(EU_3)).isTrue();
        assertThat(cursor.covers(cursor)).isTrue();
        assertThat(cursor.covers(EU_4)).isFalse();
        assertThat(cursor.covers(cursor.with(EU_4))).isFalse();
    }

    @Test
    void maxTakesTheLaterOfEachOrigin() {
        assertThat(EU_3.max(EU_4)).isSameAs(EU_4);
        assertThat(EU_4.max(EU_3)).isSameAs(EU_4);
        assertThat(EU_3.max(US_9)).isEqualTo(EU_3.with(US_9));
        assertThat(EU_3.with(US_9).max(EU_4)).isEqualTo(EU_4.with(US_9));
    }

    @Test
    void beyondIsWhatTheOtherDoesNotReach() {
        Cursor cursor = EU_4.with(US_9);
        assertThat(EU_4.beyond(EU_3)).isSameAs(EU_4);
        assertThat(EU_3.beyond(EU_4)).isNull();
        assertThat(cursor.beyond(EU_3)).isSameAs(cursor);
        assertThat(cursor.beyond(EU_4)).isEqualTo(US_9);
        assertThat(cursor.beyond(cursor)).isNull();
    }

    @Test
    void anOriginThatIsThereTwiceOrNoneAtAllIsNoCursor() {
        assertThatThrownBy(() -> Cursor.of(List.of(EU_3, EU_4)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cursor.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
