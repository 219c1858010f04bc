package io.highwater.abuse;

import java.nio.ByteBuffer;

/** Speaks HTTP/1.1 without ever upgrading; refused by the statuses that say so. */
abstract class PlainHostile extends Hostile {
    private static final String STATUS_LINE = "HTTP/1.1 ";

    final byte[] first;

    PlainHostile(byte[] first) {
        this.first = first;
    }

    /** Some of an answer. */
    void onAnswer(Line line) {}

    @Override
    void onConnected(Line line) {
        line.send(first);
    }

    @Override
    final void onReceived(Line line, ByteBuffer bytes) {
        int status = status(bytes);
        if (status == 408 || status == 429 || status == 431 || status == 503) {
            line.refuse();
        } else {
            line.settle();
            onAnswer(line);
        }
    }

    /** 0 where an answer does not begin here. */
    private static int status(ByteBuffer bytes) {
        int at = bytes.position() + STATUS_LINE.length();
        if (bytes.limit() < at + 3 || bytes.get(bytes.position()) != 'H') {
            return 0;
        }
        return (bytes.get(at) - '0') * 100
                + (bytes.get(at + 1) - '0') * 10
                + bytes.get(at + 2)
                - '0';
    }
}
