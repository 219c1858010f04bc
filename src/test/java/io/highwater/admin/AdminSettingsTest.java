package io.highwater.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminSettingsTest {
    @Test
    void valuesOutOfRangeNameTheirKeys() {
        assertThatThrownBy(() -> new AdminSettings("127.0.0.1", 65_536, null))
                .hasMessage("highwater.admin.port: 65536 is not between 0 and 65535");
        assertThatThrownBy(() -> new AdminSettings("127.0.0.1", -1, null))
                .hasMessage("highwater.admin.port: -1 is not between 0 and 65535");
        assertThatThrownBy(() -> new AdminSettings(" ", 9090, null))
                .hasMessageStartingWith("highwater.admin.host: ");
        assertThatThrownBy(() -> new AdminSettings("127.0.0.1", 9090, " "))
                .hasMessageStartingWith("highwater.admin.token: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*", "*.", "a.example:9090", "http://a.example", "a b", "", "a/b", "a..b"})
    void whatIsNoHostNameCanNotBeListed(String host) {
        assertThatThrownBy(() -> new AdminSettings("127.0.0.1", 9090, null, List.of("ok", host)))
                .hasMessage(
                        "highwater.admin.allowed-hosts: \""
                                + host
                                + "\" is not a host name without a port, such as"
                                + " metrics.example.com or *.example.com");
    }

    @Test
    void theTokenIsNeverPrinted() {
        assertThat(new AdminSettings("127.0.0.1", 9090, "hunter2").toString())
                .isEqualTo("AdminSettings[host=127.0.0.1, port=9090, token=***, allowedHosts=[]]");
        assertThat(AdminSettings.defaults().toString())
                .isEqualTo("AdminSettings[host=127.0.0.1, port=9090, token=none, allowedHosts=[]]");
    }
}
