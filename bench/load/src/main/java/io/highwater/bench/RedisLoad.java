package io.highwater.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Redis has done up to a moment. Immutable.
 *
 * @param cpuMicros processor time of its process, the kernel's included
 * @param commands by their names in lower case
 */
record RedisLoad(long cpuMicros, Map<String, Command> commands) {
    private static final Pattern COMMAND =
            Pattern.compile("cmdstat_([^:]+):calls=(\\d+),usec=(\\d+),.*");

    /**
     * Immutable.
     *
     * @param micros time that Redis spent in it, without reading it and writing the answer
     */
    record Command(long calls, long micros) {
        static final Command NONE = new Command(0, 0);

        Command since(Command earlier) {
            return new Command(calls - earlier.calls, micros - earlier.micros);
        }
    }

    RedisLoad {
        commands = Map.copyOf(commands);
    }

    /**
     * @param cpu the section cpu of INFO
     * @param stats the section commandstats, as text
     */
    static RedisLoad of(Map<String, String> cpu, String stats) {
        Map<String, Command> commands = new HashMap<>();
        stats.lines()
                .map(COMMAND::matcher)
                .filter(Matcher::matches)
                .forEach(
                        m ->
                                commands.put(
                                        m.group(1).replace('|', ' '),
                                        new Command(
                                                Long.parseLong(m.group(2)),
                                                Long.parseLong(m.group(3)))));
        double seconds =
                Double.parseDouble(cpu.getOrDefault("used_cpu_user", "0"))
                        + Double.parseDouble(cpu.getOrDefault("used_cpu_sys", "0"));
        return new RedisLoad(Math.round(seconds * 1e6), commands);
    }

    RedisLoad since(RedisLoad earlier) {
        Map<String, Command> done = new HashMap<>();
        commands.forEach(
                (name, command) -> {
                    Command more = command.since(earlier.commands.getOrDefault(name, Command.NONE));
                    if (more.calls() > 0) {
                        done.put(name, more);
                    }
                });
        return new RedisLoad(cpuMicros - earlier.cpuMicros, done);
    }

    /** Calls of the script that appends; it is the only one while messages are published. */
    Command scripts() {
        Command evalsha = commands.getOrDefault("evalsha", Command.NONE);
        Command eval = commands.getOrDefault("eval", Command.NONE);
        return new Command(evalsha.calls() + eval.calls(), evalsha.micros() + eval.micros());
    }

    /** Reads of the log beside those with which each node follows it (XREAD). */
    long reads() {
        return commands.getOrDefault("xrange", Command.NONE).calls()
                + commands.getOrDefault("xrevrange", Command.NONE).calls();
    }
}
