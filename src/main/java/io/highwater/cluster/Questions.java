package io.highwater.cluster;

import io.highwater.backbone.UnavailableException;
import io.highwater.channel.Occupancy;
import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Questions to all nodes that are not answered yet: who is in a channel now. Confined to the
 * cluster's tasks.
 */
final class Questions {
    /** An answer takes two round trips through the bus; after this long it is lost. */
    static final Duration ANSWER = Duration.ofSeconds(2);

    /** Each may keep as many names as fit an answer. */
    private static final int MOST = 64;

    /** A place in a tree. */
    private static final int NAME_BYTES = 40;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Book names;
    private final Map<Long, Open> open = new HashMap<>();
    private long lastId;

    /**
     * @param names the account of the names in answers
     */
    Questions(Book names) {
        this.names = names;
    }

    private static final class Open {
        private final int mostNames;
        private final @Nullable Payer payer;
        private final CompletableFuture<Occupancy> answer;
        private final Set<Long> awaited;
        private final long askedNanos;
        private final Set<String> clients = new TreeSet<>();
        private int count;
        private long bytes;

        private Open(
                int mostNames,
                @Nullable Payer payer,
                CompletableFuture<Occupancy> answer,
                Set<Long> awaited,
                long askedNanos) {
            this.mostNames = mostNames;
            this.payer = payer;
            this.answer = answer;
            this.awaited = awaited;
            this.askedNanos = askedNanos;
        }
    }

    /**
     * Begins a question, unless there are too many.
     *
     * @param nodes those that will be asked, at least one
     * @param answer completed with what all of them answer together
     * @return the question's id; 0 if there are too many
     */
    long ask(
            Set<Long> nodes,
            int mostNames,
            @Nullable Payer payer,
            CompletableFuture<Occupancy> answer,
            long nowNanos) {
        if (open.size() >= MOST) {
            answer.completeExceptionally(unavailable("too many ask who is there"));
            return 0;
        }
        lastId++;
        open.put(lastId, new Open(mostNames, payer, answer, new HashSet<>(nodes), nowNanos));
        return lastId;
    }

    void answered(long id, long node, Occupancy part) {
        Open question = open.get(id);
        if (question == null || !question.awaited.remove(node)) {
            return;
        }
        question.count += part.count();
        long more = 0;
        for (String client : part.clients()) {
            if (question.clients.size() < question.mostNames && question.clients.add(client)) {
                more += NAME_BYTES + HeapBytes.of(client);
            }
        }
        boolean admitted = names.admits(question.payer, more);
        question.bytes += more;
        names.add(question.payer, more);
        if (!admitted) {
            fail(id, question, "there is no room for the answer");
        } else if (question.awaited.isEmpty()) {
            complete(id, question);
        }
    }

    /** A node is gone: nobody waits for its answers. */
    void gone(long node) {
        for (Map.Entry<Long, Open> each : entries()) {
            Open question = each.getValue();
            if (question.awaited.remove(node) && question.awaited.isEmpty()) {
                complete(each.getKey(), question);
            }
        }
    }

    /**
     * Gives up questions that wait for too long.
     *
     * @param silent whether nothing came from a node lately, so that it may be gone: then it is
     *     left out
     */
    void expire(long nowNanos, LongPredicate silent) {
        for (Map.Entry<Long, Open> each : entries()) {
            Open question = each.getValue();
            if (nowNanos - question.askedNanos >= ANSWER.toNanos()) {
                question.awaited.removeIf(silent::test);
                if (question.awaited.isEmpty()) {
                    complete(each.getKey(), question);
                } else {
                    fail(each.getKey(), question, "another node does not answer");
                }
            }
        }
    }

    private List<Map.Entry<Long, Open>> entries() {
        return open.isEmpty() ? List.of() : new ArrayList<>(open.entrySet());
    }

    private void complete(long id, Open question) {
        end(id, question);
        question.answer.complete(new Occupancy(question.count, new ArrayList<>(question.clients)));
    }

    private void fail(long id, Open question, String why) {
        end(id, question);
        question.answer.completeExceptionally(unavailable(why));
    }

    private void end(long id, Open question) {
        open.remove(id);
        names.add(question.payer, -question.bytes);
    }

    private static UnavailableException unavailable(String why) {
        return new UnavailableException(why, RETRY_AFTER);
    }
}
