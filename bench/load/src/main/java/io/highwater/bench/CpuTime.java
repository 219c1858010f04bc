package io.highwater.bench;

import java.util.List;

/**
 * What a process has used of the processor, from {@code /proc/PID/stat} (proc(5)). Immutable.
 *
 * <p>The kernel counts in ticks of 10 ms, so a window should be seconds long.
 */
record CpuTime(long userMicros, long systemMicros) {
    // USER_HZ: 100 on every Linux, whatever the kernel's own HZ.
    private static final long MICROS_A_TICK = 10_000;
    // Fields 14 and 15, counted from the state (field 3), the first after the command's name.
    private static final int USER_FIELD = 14 - 3;
    private static final int SYSTEM_FIELD = 15 - 3;

    static CpuTime parse(String stat) {
        // The name is in brackets and may hold brackets and blanks itself.
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 1).trim().split(" +"));
        return new CpuTime(
                Long.parseLong(fields.get(USER_FIELD)) * MICROS_A_TICK,
                Long.parseLong(fields.get(SYSTEM_FIELD)) * MICROS_A_TICK);
    }

    CpuTime since(CpuTime earlier) {
        return new CpuTime(userMicros - earlier.userMicros, systemMicros - earlier.systemMicros);
    }

    long totalMicros() {
        return userMicros + systemMicros;
    }
}
