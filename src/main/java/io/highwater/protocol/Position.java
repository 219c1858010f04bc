package io.highwater.protocol;

import io.highwater.api.Api;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The place of an entry in the log of its channel. Immutable.
 *
 * @param origin the region that accepted the entry; {@code local} on a single node
 * @param generation rises whenever the whole log, or the log of this channel after it was
 *     forgotten, starts anew
 * @param shardSequence rises with every entry of the shard; has no meaning by itself
 * @param channelSequence rises by exactly 1 with every entry of the channel, from 1 on in each
 *     generation; 0 is the place before the first entry
 */
@Api
public record Position(String origin, long generation, long shardSequence, long channelSequence)
        implements Cursor {
    private static final Pattern TEXT = Pattern.compile("[0-9]{1,19}-[0-9]{1,19}-[0-9]{1,19}");

    public Position {
        if (generation < 0 || shardSequence < 0 || channelSequence < 0) {
            throw new IllegalArgumentException(
                    "a position has no negative part: "
                            + text(generation, shardSequence, channelSequence));
        }
    }

    /**
     * Reads what {@link #text} writes.
     *
     * @throws IllegalArgumentException if the text is not of the form {@code
     *     generation-shardSequence-channelSequence}, three decimal numbers below 2^63
     */
    public static Position parse(String origin, String text) {
        if (!TEXT.matcher(text).matches()) {
            throw malformed();
        }
        int first = text.indexOf('-');
        int second = text.indexOf('-', first + 1);
        try {
            return new Position(
                    origin,
                    Long.parseLong(text, 0, first, 10),
                    Long.parseLong(text, first + 1, second, 10),
                    Long.parseLong(text, second + 1, text.length(), 10));
        } catch (NumberFormatException e) {
            IllegalArgumentException malformed = malformed();
            malformed.addSuppressed(e);
            throw malformed;
        }
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException(
                "a position is generation-shardSequence-channelSequence, three decimal numbers"
                        + " below 2^63");
    }

    /** {@code generation-shardSequence-channelSequence} in decimal, as clients see it. */
    public String text() {
        return text(generation, shardSequence, channelSequence);
    }

    private static String text(long generation, long shardSequence, long channelSequence) {
        return generation + "-" + shardSequence + "-" + channelSequence;
    }

    /**
     * Whether this position comes later in the log of one channel. The shard's sequence is ignored:
     * it may come from a client.
     *
     * @throws IllegalArgumentException if the origins differ: they have no common order
     */
    public boolean isAfter(Position other) {
        if (!origin.equals(other.origin)) {
            throw new IllegalArgumentException(
                    "no order between origins " + origin + " and " + other.origin);
        }
        return generation == other.generation
                ? channelSequence > other.channelSequence
                : generation > other.generation;
    }

    @Override
    public List<Position> positions() {
        return List.of(this);
    }

    @Override
    public @Nullable Position at(String name) {
        return origin.equals(name) ? this : null;
    }

    @Override
    public boolean covers(Cursor other) {
        return other instanceof Position position
                && origin.equals(position.origin)
                && !position.isAfter(this);
    }

    @Override
    public Cursor with(Position position) {
        return origin.equals(position.origin) ? position : Cursor.super.with(position);
    }

    @Override
    public Cursor max(Cursor other) {
        return other instanceof Position position && origin.equals(position.origin)
                ? (position.isAfter(this) ? position : this)
                : Cursor.super.max(other);
    }

    @Override
    public @Nullable Cursor beyond(Cursor other) {
        return other.covers(this) ? null : this;
    }
}
