package io.highwater.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloseStatusTest {
    @ParameterizedTest
    @CsvSource({"x, 123", "\u00e9, 122", "\u6c34, 123", "\ud83d\ude00, 120"})
    void aLongReasonIsCutAtACharacter(String character, int bytes) {
        CloseStatus status = new CloseStatus(1000, character.repeat(200));
        assertThat(status.reason().getBytes(StandardCharsets.UTF_8)).hasSize(bytes);
        assertThat(status.reason()).matches("(" + character + ")+");
    }
}
