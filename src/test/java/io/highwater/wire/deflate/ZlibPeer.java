package io.highwater.wire.deflate;

import io.highwater.testing.ForeignPrograms;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** src/test/python/zlib_peer.py while it runs. Confined to a test. */
final class ZlibPeer implements AutoCloseable {
    private final Process process;
    private final DataInputStream in;
    private final DataOutputStream out;

    private ZlibPeer(String direction, int bits) {
        ProcessBuilder builder =
                new ProcessBuilder(
                        ForeignPrograms.python().toString(),
                        Path.of("src", "test", "python", "zlib_peer.py").toString(),
                        direction,
                        Integer.toString(bits));
        try {
            process = builder.redirectError(Redirect.INHERIT).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        in = new DataInputStream(process.getInputStream());
        out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    }

    /** Inflates one byte at a time, within a window of so many bits. */
    static ZlibPeer inflating(int bits) {
        return new ZlibPeer("inflate", bits);
    }

    static ZlibPeer deflating(int bits) {
        return new ZlibPeer("deflate", bits);
    }

    /** What it makes of a message, or of a payload without the marker at its end. */
    byte[] ask(ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        try {
            out.writeInt(bytes.length);
            out.write(bytes);
            out.flush();
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException("zlib's peer has ended: see its error above", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
