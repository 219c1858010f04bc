package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7692 section 7.1, as rules 5, 6 and 9 of this package have it. */
final class DeflateNegotiatorTest {
    private static final String NAME = "permessage-deflate";

    private static String answer(DeflatePolicy policy, String... offers) {
        Agreement agreement = DeflateNegotiator.negotiate(List.of(offers), policy, true);
        return agreement == null ? "declined" : agreement.answer().replace(NAME, "").strip();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    CONTEXT_4K  | permessage-deflate                             | ''
                    CONTEXT_4K  | permessage-deflate; client_max_window_bits     | ; client_max_window_bits=12
                    CONTEXT_2K  | permessage-deflate; client_max_window_bits     | ; client_max_window_bits=11
                    CONTEXT_32K | permessage-deflate; client_max_window_bits     | ; client_max_window_bits=15
                    CONTEXT_32K | permessage-deflate                             | ''
                    CONTEXT_4K  | permessage-deflate; client_max_window_bits=10  | ; client_max_window_bits=10
                    CONTEXT_4K  | permessage-deflate; client_max_window_bits=15  | ; client_max_window_bits=12
                    SHARED      | permessage-deflate; client_max_window_bits     | ; client_max_window_bits=9
                    SHARED      | permessage-deflate; client_max_window_bits=15  | ; client_max_window_bits=9
                    SHARED      | permessage-deflate; client_max_window_bits=8   | ; client_max_window_bits=8
                    SHARED      | permessage-deflate; client_no_context_takeover; client_max_window_bits    | ; client_no_context_takeover
                    SHARED      | permessage-deflate; client_no_context_takeover; client_max_window_bits=10 | ; client_no_context_takeover; client_max_window_bits=10
                    SHARED      | permessage-deflate                             | ''
                    SHARED      | permessage-deflate; server_no_context_takeover; client_no_context_takeover | ; server_no_context_takeover; client_no_context_takeover
                    CONTEXT_4K  | permessage-deflate; server_no_context_takeover | ; server_no_context_takeover
                    CONTEXT_4K  | permessage-deflate; client_no_context_takeover; client_max_window_bits | ; client_no_context_takeover; client_max_window_bits=12
                    CONTEXT_4K  | permessage-deflate; server_max_window_bits=10  | ; server_max_window_bits=10
                    CONTEXT_4K  | permessage-deflate; server_max_window_bits="9" | ; server_max_window_bits=9
                    CONTEXT_4K  | permessage-deflate ;client_max_window_bits = 9 | ; client_max_window_bits=9
                    OFF         | permessage-deflate                             | declined
                    CONTEXT_4K  | x-webkit-deflate-frame                         | declined
                    CONTEXT_4K  | foo, permessage-deflate; client_max_window_bits | ; client_max_window_bits=12
                    """)
    void theAnswerToAnOffer(DeflatePolicy policy, String offer, String expected) {
        assertThat(answer(policy, offer)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server_max_window_bits",
                "server_max_window_bits=",
                "server_max_window_bits=7",
                "server_max_window_bits=16",
                "server_max_window_bits=08",
                "server_max_window_bits=+9",
                "server_max_window_bits=9.0",
                "server_max_window_bits=9; server_max_window_bits=9",
                "server_max_window_bits=\"9",
                "client_max_window_bits=",
                "client_max_window_bits=7",
                "client_max_window_bits=016",
                "client_max_window_bits; client_max_window_bits",
                "server_no_context_takeover=1",
                "client_no_context_takeover=",
                "server_no_context_takeover; server_no_context_takeover",
                "unknown",
                "server_max_window_bits=9; unknown=9",
                "Server_Max_Window_Bits=9",
                "a b",
                ""
            })
    void whatCantBeUnderstoodDeclinesThatOfferAlone(String parameters) {
        String spoilt = NAME + "; " + parameters;
        assertThat(answer(DeflatePolicy.CONTEXT_4K, spoilt)).isEqualTo("declined");
        String good = NAME + "; server_max_window_bits=11";
        String expected = "; server_max_window_bits=11";
        assertThat(answer(DeflatePolicy.CONTEXT_4K, spoilt, good)).isEqualTo(expected);
        if (parameters.chars().filter(c -> c == '"').count() % 2 == 0) {
            assertThat(answer(DeflatePolicy.CONTEXT_4K, spoilt + ", " + good)).isEqualTo(expected);
        }
    }

    @Test
    void theFirstOfferThatCanBeAcceptedWins() {
        assertThat(
                        answer(
                                DeflatePolicy.CONTEXT_4K,
                                "permessage-deflate; server_max_window_bits=8, permessage-deflate",
                                "permessage-deflate; client_max_window_bits"))
                .isEqualTo("; server_max_window_bits=8");
    }

    @Test
    void whereThereIsNoRoomForAllThatAClientSendsTheFirstThatCanBeHeldToLessWins() {
        List<String> offers =
                List.of(
                        "permessage-deflate, permessage-deflate; server_max_window_bits=9",
                        "permessage-deflate; client_max_window_bits");
        assertThat(DeflateNegotiator.negotiate(offers, DeflatePolicy.CONTEXT_4K, false).answer())
                .isEqualTo("permessage-deflate; client_max_window_bits=12");
        assertThat(
                        DeflateNegotiator.negotiate(
                                offers.subList(0, 1), DeflatePolicy.CONTEXT_4K, false))
                .isNull();
    }

    /** RFC 7692 section 7.1: a client may fail what speaks of more than it offered. */
    @ParameterizedTest
    @EnumSource
    void theAnswerHasNoParameterThatTheOfferLacks(DeflatePolicy policy) {
        List<String> parameters =
                List.of(
                        "server_no_context_takeover",
                        "server_max_window_bits=10",
                        "client_no_context_takeover",
                        "client_max_window_bits");
        for (int set = 0; set < 1 << parameters.size(); set++) {
            StringBuilder offer = new StringBuilder(NAME);
            for (int i = 0; i < parameters.size(); i++) {
                if ((set & 1 << i) != 0) {
                    offer.append("; ").append(parameters.get(i));
                }
            }
            String answer = answer(policy, offer.toString());
            for (String parameter : parameters) {
                String name = parameter.replaceFirst("=.*", "");
                if (offer.indexOf(name) < 0) {
                    assertThat(answer).as(offer.toString()).doesNotContain(name);
                }
            }
        }
    }

    @Test
    void withoutAnOfferThereIsNone() {
        assertThat(answer(DeflatePolicy.CONTEXT_32K)).isEqualTo("declined");
        assertThat(answer(DeflatePolicy.CONTEXT_32K, "", " ,, ", ";")).isEqualTo("declined");
    }

    static Stream<Arguments> bits() {
        return IntStream.rangeClosed(8, 15)
                .boxed()
                .flatMap(s -> IntStream.rangeClosed(8, 15).mapToObj(c -> Arguments.of(s, c)));
    }

    @ParameterizedTest
    @MethodSource("bits")
    void everyWindowIsHonoured(int server, int client) {
        Agreement agreement =
                DeflateNegotiator.negotiate(
                        List.of(
                                NAME
                                        + "; server_max_window_bits="
                                        + server
                                        + "; client_max_window_bits="
                                        + client),
                        DeflatePolicy.CONTEXT_4K,
                        false);
        assertThat(agreement)
                .isEqualTo(
                        new Agreement(
                                ContextTakeover.TAKEOVER,
                                server,
                                ContextTakeover.TAKEOVER,
                                Math.min(client, 12),
                                Math.min(4096, 1 << server),
                                NAME
                                        + "; server_max_window_bits="
                                        + server
                                        + "; client_max_window_bits="
                                        + Math.min(client, 12)));
        assertThat(agreement.receivedBytes()).isEqualTo(1 << Math.min(client, 12));
    }
}
