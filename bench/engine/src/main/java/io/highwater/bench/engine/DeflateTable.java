package io.highwater.bench.engine;

import io.highwater.handshake.DeflatePolicy;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Measures what compression gains and costs, on this thread alone, and writes it as the table of
 * the README. Connections take turns, as they do in a server: a context that is in the processor's
 * cache because it is the only one would be no measure. Confined to the benchmark's thread.
 */
public final class DeflateTable {
    /** What each connection has sent when the bytes that it keeps are looked at. */
    private static final int KEPT_AFTER_BYTES = 40_000;

    private static final int KEPT_MESSAGE_BYTES = 500;

    private static final long SEED = 7692;
    private static final int LEAST_MESSAGES = 3;
    private static final int MOST_MESSAGES = 40;
    private static final int STREAM_BYTES = 20_000;

    /** One line of the table. */
    private record Load(DeflateCorpus corpus, int bytes) {}

    private static final List<Load> LOADS =
            List.of(
                    new Load(DeflateCorpus.TICKS, 100),
                    new Load(DeflateCorpus.CHAT, 500),
                    new Load(DeflateCorpus.JSON, 500),
                    new Load(DeflateCorpus.JSON, 2_500),
                    new Load(DeflateCorpus.CHAT, 16_000),
                    new Load(DeflateCorpus.RANDOM, 2_500));

    private static final List<DeflatePolicy> MODES =
            List.of(
                    DeflatePolicy.SHARED,
                    DeflatePolicy.CONTEXT_2K,
                    DeflatePolicy.CONTEXT_4K,
                    DeflatePolicy.CONTEXT_32K);

    /**
     * @param micros processor time of one message
     */
    record Cell(double ratio, double micros) {}

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final int connections;
    private final int rounds;
    private final Consumer<String> progress;

    DeflateTable(int connections, int rounds, Consumer<String> progress) {
        this.connections = connections;
        this.rounds = rounds;
        this.progress = progress;
    }

    /** Prints the table; its arguments are how many connections and how many turns there are. */
    public static void main(String[] args) throws IOException {
        int connections = Integer.parseInt(args[0]);
        int rounds = Integer.parseInt(args[1]);
        new DeflateTable(connections, rounds, System.err::println)
                .measure()
                .forEach(System.out::println);
    }

    /** The lines of a Markdown table. */
    List<String> measure() throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder("| corpus, size |");
        StringBuilder rule = new StringBuilder("|---|");
        for (DeflatePolicy mode : MODES) {
            head.append(' ').append(mode).append(" |");
            rule.append("---|");
        }
        lines.add(head + " a Deflater each |");
        lines.add(rule + "---|");
        // First: what was freed before would hide what is taken.
        String kept = kept();
        for (Load load : LOADS) {
            progress.accept(load.corpus().label() + " " + load.bytes());
            StringBuilder line = new StringBuilder();
            line.append("| ").append(load.corpus().label()).append(' ').append(size(load.bytes()));
            line.append(" |");
            List<Cell> cells = cells(load);
            for (Cell cell : cells) {
                line.append(String.format(Locale.ROOT, " %.2f / %.1f |", cell.ratio, cell.micros));
            }
            lines.add(line.toString());
        }
        lines.add(kept);
        return lines;
    }

    private String kept() throws IOException {
        progress.accept("bytes a connection");
        StringBuilder line = new StringBuilder();
        for (int i = MODES.size(); i >= 0; i--) {
            try (DeflateContestant contestant = contestant(i)) {
                for (int connection = 0; connection < connections; connection++) {
                    SplittableRandom random = new SplittableRandom(SEED + connection);
                    for (int sent = 0; sent < KEPT_AFTER_BYTES; sent += KEPT_MESSAGE_BYTES) {
                        contestant.send(
                                connection,
                                DeflateCorpus.JSON.message(random, sent, KEPT_MESSAGE_BYTES));
                    }
                }
                long bytes = contestant.bytesPerConnection();
                line.insert(0, String.format(Locale.ROOT, " %,d |", bytes));
            }
        }
        return line.insert(0, "| bytes a connection |").toString();
    }

    private DeflateContestant contestant(int column) throws IOException {
        return column < MODES.size()
                ? DeflateContestant.of(MODES.get(column), connections)
                : DeflateContestant.deflaterEach(connections);
    }

    private List<Cell> cells(Load load) throws IOException {
        byte[][][] streams = streams(load);
        List<List<Cell>> measured = new ArrayList<>();
        for (int i = 0; i <= MODES.size(); i++) {
            measured.add(new ArrayList<>());
        }
        // In turns, so that a neighbour's load strikes all of them; the first round warms up.
        for (int round = 0; round <= rounds; round++) {
            for (int i = 0; i <= MODES.size(); i++) {
                try (DeflateContestant contestant = contestant(i)) {
                    Cell cell = run(contestant, streams);
                    if (round > 0) {
                        measured.get(i).add(cell);
                    }
                }
            }
        }
        return measured.stream().map(DeflateTable::median).toList();
    }

    /** For each connection its messages: the first half fills its context. */
    private byte[][][] streams(Load load) {
        int messages =
                Math.max(LEAST_MESSAGES, Math.min(MOST_MESSAGES, STREAM_BYTES / load.bytes()));
        byte[][][] streams = new byte[connections][2 * messages][];
        for (int connection = 0; connection < connections; connection++) {
            SplittableRandom random = new SplittableRandom(SEED + connection);
            for (int i = 0; i < streams[connection].length; i++) {
                streams[connection][i] = load.corpus().message(random, i, load.bytes());
            }
        }
        return streams;
    }

    private Cell run(DeflateContestant contestant, byte[][][] streams) {
        int messages = streams[0].length / 2;
        send(contestant, streams, 0, messages);
        long startNanos = threads.getCurrentThreadCpuTime();
        long wireBytes = send(contestant, streams, messages, 2 * messages);
        long nanos = threads.getCurrentThreadCpuTime() - startNanos;
        long sent = (long) messages * streams.length;
        long plainBytes = sent * (streams[0][0].length + headerBytes(streams[0][0].length));
        return new Cell((double) plainBytes / wireBytes, nanos / 1e3 / sent);
    }

    private static long send(DeflateContestant contestant, byte[][][] streams, int from, int to) {
        long wireBytes = 0;
        for (int i = from; i < to; i++) {
            for (int connection = 0; connection < streams.length; connection++) {
                wireBytes += contestant.send(connection, streams[connection][i]);
            }
        }
        return wireBytes;
    }

    private static int headerBytes(int length) {
        return length < 126 ? 2 : 4;
    }

    private static Cell median(List<Cell> cells) {
        double[] micros = cells.stream().mapToDouble(Cell::micros).sorted().toArray();
        return new Cell(cells.get(0).ratio(), micros[cells.size() / 2]);
    }

    private static String size(int bytes) {
        return bytes < 1_000 ? bytes + " B" : String.format(Locale.ROOT, "%.1f KB", bytes / 1e3);
    }
}
