package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A server's memory at one moment. Immutable.
 *
 * @param nativeBytes resident outside the heap; empty where it is no JVM
 * @param kernelBytes what the kernel holds for sockets of the whole machine, both ends; empty where
 *     it does not say
 */
record ServerMemory(
        LiveHeap live, long residentBytes, OptionalLong nativeBytes, OptionalLong kernelBytes) {
    private static final Duration SETTLE = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(120);

    /** Polls on while the tools run: a server may ping, and wants its pong in time. */
    static ServerMemory of(ServerProcess server, LoadClient client, Ticker ticker)
            throws IOException {
        client.pollUntil(() -> false, ticker.nanoTime() + SETTLE.toNanos());
        CompletableFuture<LiveHeap> live =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return server.liveHeap();
                            } catch (IOException e) {
                                throw new CompletionException(e);
                            }
                        });
        if (!client.pollUntil(live::isDone, ticker.nanoTime() + LIMIT.toNanos())) {
            throw new BenchException("the heap of the server could not be counted in " + LIMIT);
        }
        try {
            LiveHeap heap = live.join();
            return new ServerMemory(
                    heap,
                    server.residentBytes(),
                    heap.addresses() == null
                            ? OptionalLong.empty()
                            : OptionalLong.of(server.nativeBytes(heap.addresses())),
                    KernelSlabs.socketBytes());
        } catch (CompletionException e) {
            throw new BenchException(
                    "the heap of the server cannot be counted: " + e.getCause(), e);
        }
    }
}
