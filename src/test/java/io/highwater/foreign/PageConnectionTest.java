package io.highwater.foreign;

import io.highwater.testing.NodeScript;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The demo page's reconnect rules, in Node with time moved by hand. */
class PageConnectionTest {
    @Test
    void everyCloseCodeIsAnsweredAsTheTableSays() {
        NodeScript.run(
                "page-connection", Path.of("src/main/webapp/connection.js").toAbsolutePath());
    }
}
