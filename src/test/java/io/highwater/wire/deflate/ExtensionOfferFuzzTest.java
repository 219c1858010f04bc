package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.deflate.ExtensionOffer.Parameter;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Headers that are almost offers: what is read of one reads the same when it is written anew, and
 * no more than the bound is read. CONTRIBUTING.md says how to run it for long.
 */
final class ExtensionOfferFuzzTest {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    @Property
    void whatIsReadIsReadAgain(@ForAll("headers") List<String> headers) {
        List<ExtensionOffer> offers = offers(headers);
        assertThat(offers).hasSizeLessThanOrEqualTo(ExtensionOffer.MAX);
        for (ExtensionOffer offer : offers) {
            assertThat(offer.name()).matches(TOKEN);
            offer.parameters()
                    .forEach(
                            parameter -> {
                                assertThat(parameter.name()).matches(TOKEN);
                                assertThat(parameter.value())
                                        .matches(value -> value == null || value.matches(TOKEN));
                            });
            assertThat(offers(List.of(written(offer)))).containsExactly(offer);
        }
    }

    @Property
    void theFirstThatIsUsableIsTaken(@ForAll("headers") List<String> headers) {
        List<ExtensionOffer> offers = offers(headers);
        ExtensionOffer first = ExtensionOffer.first(headers, offer -> offer);
        assertThat(first).isEqualTo(offers.isEmpty() ? null : offers.get(0));
    }

    private static List<ExtensionOffer> offers(List<String> headers) {
        List<ExtensionOffer> offers = new ArrayList<>();
        assertThat(
                        ExtensionOffer.<ExtensionOffer>first(
                                headers,
                                offer -> {
                                    offers.add(offer);
                                    return null;
                                }))
                .isNull();
        return offers;
    }

    private static String written(ExtensionOffer offer) {
        StringBuilder text = new StringBuilder(offer.name());
        for (Parameter parameter : offer.parameters()) {
            text.append("; ").append(parameter.name());
            if (parameter.value() != null) {
                text.append("=\"").append(parameter.value()).append('"');
            }
        }
        return text.toString();
    }

    @Provide
    Arbitrary<List<String>> headers() {
        Arbitrary<String> word =
                Arbitraries.of(
                        "permessage-deflate",
                        "client_max_window_bits",
                        "server_no_context_takeover",
                        "=15",
                        "=\"10\"",
                        "=\"1\\0\"",
                        "x-webkit-deflate-frame");
        Arbitrary<String> mark =
                Arbitraries.of(";", ",", "=", "\"", "\\", " ", "\t", "; ", ", ", "\u00e9", "\0");
        Arbitrary<String> piece =
                Arbitraries.frequencyOf(
                        Tuple.of(5, word),
                        Tuple.of(4, mark),
                        Tuple.of(1, Arbitraries.strings().ofMaxLength(4)));
        return piece.list().ofMaxSize(40).map(all -> String.join("", all)).list().ofMaxSize(3);
    }
}
