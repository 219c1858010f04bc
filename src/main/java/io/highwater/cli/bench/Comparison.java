package io.highwater.cli.bench;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Both contestants in turns A B A B, each turn in a fresh process, then the medians and their
 * ratios. Confined to one thread.
 */
final class Comparison {
    private final ServerLauncher launcher;
    private final Workload workload;
    private final int rounds;
    private final Progress progress;
    private final Map<Contestant, List<Outcome>> outcomes = new EnumMap<>(Contestant.class);

    Comparison(ServerLauncher launcher, Workload workload, int rounds, Progress progress) {
        this.launcher = launcher;
        this.workload = workload;
        this.rounds = rounds;
        this.progress = progress;
    }

    void run() throws IOException {
        for (int round = 1; round <= rounds; round++) {
            for (Contestant contestant : Contestant.values()) {
                progress.say(
                        workload.name() + " " + round + "/" + rounds + " " + contestant.jsonName());
                Outcome outcome = turn(contestant);
                outcomes.computeIfAbsent(contestant, c -> new ArrayList<>()).add(outcome);
                progress.say("  " + outcome.figures().toJson().build());
            }
        }
    }

    private Outcome turn(Contestant contestant) throws IOException {
        try (ServerProcess server = launcher.start(contestant)) {
            Outcome outcome = workload.measure(server, contestant, progress);
            if (!outcome.sound()) {
                progress.say("  lost or wrong messages" + server.output());
            }
            return outcome;
        }
    }

    /** Whether every message of every turn arrived as it was and nobody was cut off. */
    boolean sound() {
        return outcomes.values().stream().flatMap(List::stream).allMatch(Outcome::sound);
    }

    JsonObjectBuilder report() {
        JsonObjectBuilder report =
                Json.createObjectBuilder()
                        .add("benchmark", workload.name())
                        .add("settings", workload.settings().add("rounds", rounds));
        outcomes.forEach((contestant, turns) -> report.add(contestant.jsonName(), side(turns)));
        return report.add(
                "ratio", median(Contestant.HIGHWATER).over(median(Contestant.RAW)).toJson());
    }

    private Figures median(Contestant contestant) {
        return Figures.median(
                outcomes.getOrDefault(contestant, List.of()).stream()
                        .map(Outcome::figures)
                        .toList());
    }

    private static JsonObject side(List<Outcome> turns) {
        List<Figures> figures = turns.stream().map(Outcome::figures).toList();
        JsonArrayBuilder each = Json.createArrayBuilder();
        figures.forEach(turn -> each.add(turn.toJson()));
        JsonObjectBuilder side =
                Json.createObjectBuilder()
                        .add("median", Figures.median(figures).toJson())
                        .add("turns", each)
                        .add("lostMessages", turns.stream().mapToLong(Outcome::lost).sum())
                        .add("wrongMessages", turns.stream().mapToLong(Outcome::wrong).sum())
                        .add("closedConnections", turns.stream().mapToLong(Outcome::closed).sum());
        JsonObject detail = turns.get(turns.size() - 1).detail();
        return (detail == null ? side : side.add("lastTurn", detail)).build();
    }
}
