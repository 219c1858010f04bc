package io.highwater.bench.client;

import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of the load client: a whole TCP connection, or a stream of one. It holds no buffer
 * while nothing is half read. Confined to the thread that polls the {@link LoadClient}.
 */
public final class ClientSocket {
    /** Where its life stands; it only moves down this list. */
    public enum State {
        /** TCP, or the HTTP/2 connection, is on its way. */
        CONNECTING,
        /** The upgrade request is out. */
        UPGRADING,
        /** Frames flow. */
        OPEN,
        /** Our Close frame is out; whatever else comes is not counted as a fault. */
        CLOSING,
        CLOSED
    }

    private final int index;
    private final Link link;
    private final int stream;
    private State state = State.CONNECTING;
    private byte @Nullable [] unread;
    private boolean deflates;
    private @Nullable MessageInflater inflater;

    /** HTTP/2: bytes of DATA that the server still takes on this stream. */
    int sendWindow;

    /** HTTP/2: bytes of DATA that were read and not given back as credit. */
    int uncredited;

    /** HTTP/2: no credit is given: the server's window runs dry. */
    boolean stalled;

    /**
     * @param stream the HTTP/2 stream identifier; 0 for a connection of its own
     */
    ClientSocket(int index, Link link, int stream) {
        this.index = index;
        this.link = link;
        this.stream = stream;
    }

    /** Its place in the order of opening, from 0: loads keep what they know of it in arrays. */
    public int index() {
        return index;
    }

    public State state() {
        return state;
    }

    Link link() {
        return link;
    }

    int stream() {
        return stream;
    }

    /** The server agreed to permessage-deflate. */
    void deflates(boolean agreed) {
        deflates = agreed;
    }

    boolean deflates() {
        return deflates;
    }

    /** Made for the first compressed message. */
    MessageInflater inflater() {
        if (!deflates) {
            throw new BenchException("the server compresses without an agreement");
        }
        if (inflater == null) {
            inflater = new MessageInflater();
        }
        return inflater;
    }

    void moveTo(State next) {
        if (next.compareTo(state) <= 0) {
            throw new IllegalStateException("from " + state + " to " + next);
        }
        state = next;
        if (next == State.CLOSED) {
            release();
        }
    }

    /** Gives back what is native; nothing is read any more. */
    void release() {
        if (inflater != null) {
            inflater.close();
            inflater = null;
        }
    }

    byte @Nullable [] takeUnread() {
        byte[] rest = unread;
        unread = null;
        return rest;
    }

    void keep(byte[] rest) {
        unread = rest;
    }
}
