package io.highwater.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

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

    @Test
    void theTokenIsNeverPrinted() {
        assertThat(new AdminSettings("127.0.0.1", 9090, "hunter2").toString())
                .isEqualTo("AdminSettings[host=127.0.0.1, port=9090, token=***]");
        assertThat(AdminSettings.defaults().toString())
                .isEqualTo("AdminSettings[host=127.0.0.1, port=9090, token=none]");
    }
}
