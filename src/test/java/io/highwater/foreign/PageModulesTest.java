package io.highwater.foreign;

import io.highwater.testing.NodeScript;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The demo page's modules that need no browser, in Node with time moved by hand. */
class PageModulesTest {
    private static final Path PAGE = Path.of("src/main/webapp").toAbsolutePath();

    @Test
    void everyCloseCodeIsAnsweredAsTheTableSays() {
        NodeScript.run("page-connection", PAGE, Path.of("spec/close-codes.json").toAbsolutePath());
    }

    @Test
    void whatCanNotBeANameIsSaidAndChangesOfNumbersAreExact() {
        NodeScript.run("page-names", PAGE);
    }

    @Test
    void aChannelIsWholeAndWithoutDoublesWhateverTheServerAndTheConnectionDo() {
        NodeScript.run("page-channels", PAGE);
    }
}
