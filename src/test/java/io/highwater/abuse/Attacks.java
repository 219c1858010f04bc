package io.highwater.abuse;

import java.util.List;
import java.util.stream.Stream;

/** The list of all attacks. */
final class Attacks {
    private Attacks() {}

    /** Those that leave nothing behind first. */
    static List<Attack> all() {
        List<Attack> all =
                Stream.of(
                                HttpAttacks.all(),
                                HandshakeAttacks.all(),
                                TlsAttacks.all(),
                                MessageAttacks.all(),
                                ReaderAttacks.all(),
                                StuckAttacks.all(),
                                StreamAttacks.all(),
                                TrickleAttacks.all(),
                                FloodAttacks.all(),
                                ResetAttacks.all(),
                                ChannelAttacks.all())
                        .flatMap(List::stream)
                        .toList();
        return Stream.concat(
                        all.stream().filter(attack -> !attack.isRemembered()),
                        all.stream().filter(Attack::isRemembered))
                .toList();
    }
}
