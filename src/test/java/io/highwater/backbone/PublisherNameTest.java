package io.highwater.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PublisherNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"ada", "@ada", "#ada", "app:ada", "zoë 🦊", " ", "\0"})
    void theSubjectIsInTheName(String subject) {
        String name = PublisherName.ofSubject(subject);
        assertThat(name).isEqualTo("@" + subject);
        assertThat(PublisherName.subject(name)).isEqualTo(subject);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ada", "app:ada", "-@ada", "#ada"})
    void clientsAndTheApplicationHaveNone(String name) {
        assertThat(PublisherName.hasSubject(name)).isFalse();
        assertThat(PublisherName.subject(name)).isNull();
    }

    @Test
    void aLongSubjectIsShortenedAndStaysDifferentFromAllOthers() {
        String longest = "a".repeat(1_000);
        assertThat(PublisherName.ofSubject(longest)).isEqualTo("@" + longest);
        String name = PublisherName.ofSubject(longest + "a");
        assertThat(name).matches("#[0-9a-f]{64}");
        assertThat(PublisherName.subject(name)).isNull();
        assertThat(PublisherName.ofSubject(longest + "b")).isNotEqualTo(name);
        assertThat(PublisherName.ofSubject(name)).isEqualTo("@" + name);
    }

    @Test
    void subjectsThatAreNoTextAreDifferentAfterTheyWereStored() {
        assertThat(PublisherName.ofSubject("a\uD83E")).matches("#[0-9a-f]{64}");
        assertThat(PublisherName.ofSubject("a\uD83E"))
                .isNotEqualTo(PublisherName.ofSubject("a\uD83F"));
    }
}
