package io.highwater.archive.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
    private static final String URL =
            "jdbc:postgresql://db.example:5433/log?user=a&password=s3cret";

    @Test
    void aUrlHasADatabaseASchemaAndAPassword() {
        Address address = Address.parse(URL + "%26more");
        assertThat(address.shown()).isEqualTo("jdbc:postgresql://db.example:5433/log");
        assertThat(address.schema()).isEqualTo("highwater");
        assertThat(address.password()).isEqualTo("s3cret&more");
        assertThat(Address.parse(URL + "&currentSchema=other").schema()).isEqualTo("other");
        assertThat(Address.parse("jdbc:postgresql://db/log").password()).isNull();
    }

    @Test
    void noTextHasThePassword() {
        assertThat(Address.parse(URL)).asString().doesNotContain("s3cret");
        assertThat(new PostgresSettings(URL, "n", 64, Duration.ofDays(1)))
                .asString()
                .doesNotContain("s3cret")
                .contains("jdbc:postgresql://db.example:5433/log");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://db?user=a&password=s3cret",
                "jdbc:postgresql://db:x/log?user=a&password=s3cret",
                "jdbc:postgresql://db/?user=a&password=s3cret",
                "jdbc:postgresql://db/log?user=a&password=s3cret%zz",
                "jdbc:postgresql://db/log?user=a&password=s3cret&sslmod=require",
                "jdbc:postgresql://db/log?user=a&password=s3cret&currentSchema=a,b",
            })
    void aUrlThatCannotBeUsedIsRefusedWithoutItsPassword(String url) {
        assertThatThrownBy(() -> new PostgresSettings(url, "n", 64, Duration.ofDays(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("highwater.archive.url: jdbc:postgresql://db")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void aParameterWithATypingMistakeIsNamed() {
        assertThatThrownBy(() -> Address.parse(URL + "&sslmod=require"))
                .hasMessageContaining("\"sslmod\"");
    }

    @Test
    void whatTheUrlSaysHasPrecedence() throws Exception {
        var source = Address.parse(URL + "&socketTimeout=77").dataSource("n", "reads", 10);
        assertThat(source.getSocketTimeout()).isEqualTo(77);
        assertThat(source.getConnectTimeout()).isEqualTo(3);
        assertThat(source.getApplicationName()).isEqualTo("highwater n reads");
        assertThat(source.getCurrentSchema()).isEqualTo("highwater");
        assertThat(List.of(source.getServerNames())).containsExactly("db.example");
    }

    @Test
    void ofSeveralServersThePrimaryIsMeant() {
        var source =
                Address.parse("jdbc:postgresql://one,two:5433/log").dataSource("n", "reads", 10);
        assertThat(source.getTargetServerType()).isEqualTo("primary");
    }
}
