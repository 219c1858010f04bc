package io.highwater.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Reads {@code /proc/slabinfo} (slabinfo(5)): what the kernel holds for sockets. Stateless. */
final class KernelSlabs {
    private static final Path FILE = Path.of("/proc/slabinfo");
    private static final int ACTIVE_OBJECTS = 1;
    private static final int OBJECT_BYTES = 3;

    /**
     * A TCP socket's parts: itself, its inode and file, its place in epoll. Names (dentry) are left
     * out: what other programs do with files would drown them.
     */
    private static final Set<String> OF_SOCKETS =
            Set.of(
                    "TCP",
                    "TCPv6",
                    "sock_inode_cache",
                    "filp",
                    "eventpoll_epi",
                    "eventpoll_pwq",
                    "tcp_bind_bucket",
                    "tcp_bind2_bucket",
                    "lsm_inode_cache",
                    "lsm_file_cache");

    private KernelSlabs() {}

    /** Bytes of the objects in use, of the whole machine; empty where only root may read it. */
    static OptionalLong socketBytes() throws IOException {
        return Files.isReadable(FILE)
                ? OptionalLong.of(socketBytes(Files.readAllLines(FILE)))
                : OptionalLong.empty();
    }

    static long socketBytes(List<String> lines) {
        return lines.stream()
                .map(line -> line.split("\\s+"))
                .filter(fields -> OF_SOCKETS.contains(fields[0]))
                .mapToLong(
                        fields ->
                                Long.parseLong(fields[ACTIVE_OBJECTS])
                                        * Long.parseLong(fields[OBJECT_BYTES]))
                .sum();
    }
}
