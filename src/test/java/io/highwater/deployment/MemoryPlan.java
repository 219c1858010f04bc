package io.highwater.deployment;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.highwater.config.ConfigException;
import io.highwater.config.HighwaterConfig;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a pod's memory limit has to pay for, in bytes. Immutable.
 *
 * @param limitBytes of the container
 * @param heapBytes what the JVM makes its largest heap
 * @param nativeBytes the JVM's own beside the heap
 * @param socketBytes what the kernel keeps for open sockets
 * @param bufferBytes full send buffers of as many slow sessions as the governor leaves alone
 */
record MemoryPlan(
        double limitBytes,
        double heapBytes,
        double nativeBytes,
        double socketBytes,
        double bufferBytes) {
    /** Measured with NMT on JDK 25: 118 MiB committed beside the heap at the start, idle. */
    private static final double NATIVE_BYTES = 192 << 20;

    /** Remembered sets, mark bitmap and card table of G1. */
    private static final double NATIVE_SHARE_OF_HEAP = 0.05;

    /** Measured: TCP 2.4 KB, inode 0.8 KB, file, dentry and epoll entry. */
    private static final double KERNEL_BYTES_PER_SOCKET = 4_900;

    /** socket(7): the kernel doubles SO_SNDBUF, for its bookkeeping. */
    private static final double KERNEL_DOUBLES = 2;

    private static final Pattern HEAP = Pattern.compile("-XX:MaxRAMPercentage=([0-9.]+)");

    static MemoryPlan of(Rollout rollout) throws IOException, ConfigException {
        HighwaterConfig config = rollout.config();
        ResourceRequirements resources = rollout.container().getResources();
        double limit = Quantity.getAmountInBytes(resources.getLimits().get("memory")).doubleValue();
        Matcher percentage = HEAP.matcher(rollout.variable("JAVA_OPTS"));
        if (!percentage.find()) {
            throw new AssertionError("JAVA_OPTS has no " + HEAP);
        }
        double heap = limit * Double.parseDouble(percentage.group(1)) / 100;
        double sockets = config.handshake().maxConnections();
        return new MemoryPlan(
                limit,
                heap,
                NATIVE_BYTES + heap * NATIVE_SHARE_OF_HEAP,
                sockets * KERNEL_BYTES_PER_SOCKET,
                sockets
                        * config.governor().slowFraction()
                        * config.server().socketBufferBytes()
                        * KERNEL_DOUBLES);
    }

    double usedBytes() {
        return heapBytes + nativeBytes + socketBytes + bufferBytes;
    }
}
