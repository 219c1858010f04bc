package io.highwater.session;

import io.highwater.backbone.UnavailableException;
import io.highwater.permission.Permissions;
import io.highwater.protocol.Command;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A command that is carried out if the client may; a rule that fails allows nothing. While the
 * rule's answer is outstanding, the session reads no further command, so that none overtakes this
 * one, and what this command keeps in memory is charged. Confined to the session's run until the
 * rule is asked, then to the thread that has the answer.
 */
final class RuledCommand {
    private static final UnavailableException NO_ROOM =
            new UnavailableException(
                    "there is no room for a command that waits", Duration.ofSeconds(1));

    /** Heap bytes of a waiting command beside its data: itself, its names, stages and deadline. */
    private static final int BYTES = 640;

    private final Session session;
    private final SessionNode node;
    private final Command command;
    private final Runnable allowed;
    private final Consumer<UnavailableException> refused;

    /**
     * @param allowed carries the command out
     * @param refused answers the command if there is no room for it to wait
     */
    RuledCommand(
            Session session,
            SessionNode node,
            Command command,
            Runnable allowed,
            Consumer<UnavailableException> refused) {
        this.session = session;
        this.node = node;
        this.command = command;
        this.allowed = allowed;
        this.refused = refused;
    }

    void ask(Supplier<CompletionStage<Boolean>> question) {
        CompletableFuture<Boolean> answer;
        try {
            CompletionStage<Boolean> stage = question.get();
            answer = stage == Permissions.ALLOWED ? null : stage.toCompletableFuture();
        } catch (RuntimeException | Error e) { // also where there is no stage
            answer = CompletableFuture.failedFuture(e);
        }
        if (answer == null) {
            allowed.run();
        } else if (answer.isDone()) {
            decide(answer);
        } else {
            await(answer);
        }
    }

    private void await(CompletableFuture<Boolean> answer) {
        long bytes = BYTES + dataBytes();
        if (!node.names().tryAdd(session.payer(), bytes)) {
            refused.accept(NO_ROOM);
            return;
        }
        session.asked();
        CompletableFuture<Boolean> inTime = answer.copy();
        RuleDeadline deadline = new RuleDeadline(inTime);
        node.wheel().schedule(deadline, node.wheel().nowNanos() + RuleDeadline.TIME.toNanos());
        inTime.whenComplete(
                (yes, failure) -> {
                    node.wheel().cancel(deadline);
                    node.names().add(session.payer(), -bytes);
                    session.goOn(() -> decide(inTime));
                });
    }

    private int dataBytes() {
        return command instanceof Command.Publish publish ? publish.data().length : 0;
    }

    private void decide(CompletableFuture<Boolean> answer) {
        boolean yes = false;
        try {
            yes = answer.join();
        } catch (CompletionException | CancellationException | NullPointerException e) {
            node.tell(SessionObserver::onRuleFailed);
            Throwable cause = e.getCause();
            SessionLog.ruleFailed(session, cause == null ? e : cause);
        }
        if (yes) {
            allowed.run();
        } else {
            Commands.forbidden(session, command.id());
        }
    }
}
