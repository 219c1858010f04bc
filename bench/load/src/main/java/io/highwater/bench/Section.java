package io.highwater.bench;

import java.util.List;

/**
 * One table of the comparison. Immutable.
 *
 * @param id of its files
 * @param columns the first is also drawn
 * @param note what a reader has to know of the figures; may be empty
 */
record Section(
        String id,
        String title,
        Workload workload,
        List<Contestant> contestants,
        HeapSize heap,
        int rounds,
        List<Column> columns,
        List<Bound> bounds,
        String note) {
    Section {
        contestants = List.copyOf(contestants);
        columns = List.copyOf(columns);
        bounds = List.copyOf(bounds);
    }

    /** With those contestants only that are in {@code asked}. */
    Section only(List<Contestant> asked) {
        return new Section(
                id,
                title,
                workload,
                contestants.stream().filter(asked::contains).toList(),
                heap,
                rounds,
                columns,
                bounds,
                note);
    }
}
