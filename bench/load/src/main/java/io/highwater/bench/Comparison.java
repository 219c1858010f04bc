package io.highwater.bench;

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
 * The contestants in turns A B C A B C, each turn in a fresh process, then the medians and their
 * ratios. Confined to one thread.
 */
final class Comparison {
    private final ServerLauncher launcher;
    private final Workload workload;
    private final List<Contestant> contestants;
    private final HeapSize heap;
    private final int rounds;
    private final Progress progress;
    private final Map<Contestant, List<Outcome>> outcomes = new EnumMap<>(Contestant.class);

    Comparison(
            ServerLauncher launcher,
            Workload workload,
            List<Contestant> contestants,
            HeapSize heap,
            int rounds,
            Progress progress) {
        this.launcher = launcher;
        this.workload = workload;
        this.contestants = List.copyOf(contestants);
        this.heap = heap;
        this.rounds = rounds;
        this.progress = progress;
    }

    void run() throws IOException {
        for (int round = 1; round <= rounds; round++) {
            for (Contestant contestant : contestants) {
                progress.say(workload.name() + " " + round + "/" + rounds + " " + contestant.id());
                Outcome outcome = turn(contestant);
                outcomes.computeIfAbsent(contestant, c -> new ArrayList<>()).add(outcome);
                progress.say("  " + outcome.figures().toJson().build());
            }
        }
    }

    private Outcome turn(Contestant contestant) throws IOException {
        try (ServerProcess server = launcher.start(contestant, heap, progress)) {
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

    /** The median of each figure, of each contestant that had a turn. */
    Map<Contestant, Figures> medians() {
        Map<Contestant, Figures> medians = new EnumMap<>(Contestant.class);
        outcomes.forEach(
                (contestant, turns) ->
                        medians.put(
                                contestant,
                                Figures.median(turns.stream().map(Outcome::figures).toList())));
        return medians;
    }

    /** With the ratios of Highwater's figures to the raw loop's where both took turns. */
    JsonObjectBuilder report() {
        JsonObjectBuilder report =
                Json.createObjectBuilder()
                        .add("benchmark", workload.name())
                        .add("settings", workload.settings().add("rounds", rounds));
        outcomes.forEach((contestant, turns) -> report.add(contestant.id(), side(turns)));
        Map<Contestant, Figures> medians = medians();
        Figures floor = medians.get(Contestant.RAW);
        if (floor != null) {
            medians.forEach(
                    (contestant, figures) -> {
                        if (contestant.isHighwater()) {
                            report.add(contestant.id() + "/raw", figures.over(floor).toJson());
                        }
                    });
        }
        return report;
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
