package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Against a set, on both sides of the size from which there is an index. */
final class SeatsPropertyTest {
    @Property(tries = 500)
    void holdsWhatWasAddedAndNotRemoved(
            @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 39) Integer> steps) {
        List<Subscriber<String>> subscribers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            subscribers.add(new ListSubscriber("s" + i));
        }
        Seats<String> set = new Seats<>();
        Set<Subscriber<String>> expected = new HashSet<>();
        for (int step : steps) {
            Subscriber<String> subscriber = subscribers.get(step);
            if (expected.add(subscriber)) {
                assertThat(set.find(subscriber)).isNull();
                set.add(new Seat<>(subscriber));
            } else {
                expected.remove(subscriber);
                set.remove(Objects.requireNonNull(set.find(subscriber)));
            }
            Set<Subscriber<String>> walked = new HashSet<>();
            for (int i = 0; i < set.size(); i++) {
                walked.add(set.get(i).subscriber);
                assertThat(set.find(set.get(i).subscriber)).isSameAs(set.get(i));
            }
            assertThat(set.size()).isEqualTo(expected.size());
            assertThat(walked).isEqualTo(expected);
        }
    }
}
