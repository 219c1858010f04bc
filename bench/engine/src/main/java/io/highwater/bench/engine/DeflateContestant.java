package io.highwater.bench.engine;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.time.TimerWheel;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.WireExtension;
import io.highwater.wire.deflate.DeflateObserver;
import io.highwater.wire.deflate.DeflateSettings;
import io.highwater.wire.deflate.PermessageDeflate;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.Deflater;

/** One way to compress for many connections. Confined to the benchmark's thread. */
interface DeflateContestant extends AutoCloseable {
    /** Compresses the next message of a connection; its bytes on the wire, header included. */
    int send(int connection, byte[] message);

    /** What it keeps a connection now. */
    long bytesPerConnection() throws IOException;

    @Override
    void close();

    /** Highwater in one of its modes, through all that a wire calls. */
    static DeflateContestant of(DeflatePolicy mode, int connections) {
        return new Hibernated(mode, connections);
    }

    /** What most servers do: a Deflater of its own for each connection, of level 6. */
    static DeflateContestant deflaterEach(int connections) throws IOException {
        return new DeflaterEach(connections);
    }

    /** See {@link #of}. */
    final class Hibernated implements DeflateContestant {
        private static final String OFFER = "permessage-deflate; client_max_window_bits";

        private final PermessageDeflate node;
        private final List<WireExtension> wires = new ArrayList<>();

        Hibernated(DeflatePolicy mode, int connections) {
            node =
                    new PermessageDeflate(
                            DeflateSettings.defaults(),
                            Runtime.getRuntime().maxMemory(),
                            Ledger.unbounded().book(Account.CONTEXTS),
                            new TimerWheel(0),
                            Runnable::run,
                            DeflateObserver.NONE,
                            LogLimit.none());
            Payer payer = Ledger.unbounded().payers().of(InetAddress.getLoopbackAddress());
            for (int i = 0; i < connections; i++) {
                wires.add(Objects.requireNonNull(node.negotiate(List.of(OFFER), mode, payer)));
            }
        }

        @Override
        public int send(int connection, byte[] message) {
            OutboundFrame frame = OutboundFrame.binary(ByteBuffer.wrap(message));
            return wires.get(connection).outgoing(frame).bytes();
        }

        @Override
        public long bytesPerConnection() {
            return node.contextBytes() / wires.size();
        }

        @Override
        public void close() {
            wires.forEach(WireExtension::close);
            node.close();
        }
    }

    /** See {@link #deflaterEach}. */
    final class DeflaterEach implements DeflateContestant {
        private static final int FLUSH_TAIL_BYTES = 4;

        private final Deflater[] deflaters;
        private final long residentBytesBefore;
        private byte[] out = new byte[1024];

        DeflaterEach(int connections) throws IOException {
            residentBytesBefore = residentBytes();
            deflaters = new Deflater[connections];
            for (int i = 0; i < connections; i++) {
                deflaters[i] = new Deflater(6, true);
            }
        }

        @Override
        public int send(int connection, byte[] message) {
            if (out.length < 2 * message.length + 64) {
                out = new byte[2 * message.length + 64];
            }
            Deflater deflater = deflaters[connection];
            deflater.setInput(message);
            int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
            ByteBuffer payload = ByteBuffer.wrap(out, 0, length - FLUSH_TAIL_BYTES);
            return OutboundFrame.binary(payload).bytes();
        }

        /** Native memory, which only the process as a whole can tell. */
        @Override
        public long bytesPerConnection() throws IOException {
            return Math.max(0, residentBytes() - residentBytesBefore) / deflaters.length;
        }

        private static long residentBytes() throws IOException {
            // proc(5): "VmRSS:     1234 kB".
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        }

        @Override
        public void close() {
            for (Deflater deflater : deflaters) {
                deflater.end();
            }
        }
    }
}
