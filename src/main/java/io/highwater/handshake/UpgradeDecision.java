package io.highwater.handshake;

import io.highwater.api.Api;
import io.highwater.identity.Identity;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The answer of the handshake rules. Immutable. */
@Api
public sealed interface UpgradeDecision {
    /** The word that metrics and logs use: "accepted", or the word of the rule that refused. */
    String outcome();

    /** A copy with this subprotocol if this is Accepted; otherwise this. */
    default UpgradeDecision withSubprotocol(@Nullable String chosen) {
        return this;
    }

    /** A copy with this identity if this is Accepted; otherwise this. */
    default UpgradeDecision withIdentity(Identity known) {
        return this;
    }

    /** A copy with this policy if this is Accepted; otherwise this. */
    default UpgradeDecision withDeflate(DeflatePolicy policy) {
        return this;
    }

    /** This decision as the answer of a rule that has nothing to wait for. */
    default CompletionStage<UpgradeDecision> asStage() {
        return CompletableFuture.completedStage(this);
    }

    /**
     * The client is let in.
     *
     * @param clientAddress the client's address; behind trusted proxies, the address that they
     *     report
     * @param identity who the client is; {@link Identity#ANONYMOUS} if no rule has said so
     * @param subprotocol the chosen one, or null
     * @param deflate the compression that the session may use
     * @param lease what the rules hold for the session, such as a place under a limit; the
     *     transport gives it back once, when the session is over or was never created
     */
    record Accepted(
            InetAddress clientAddress,
            Identity identity,
            @Nullable String subprotocol,
            DeflatePolicy deflate,
            Lease lease)
            implements UpgradeDecision {
        /** A client of which only the address is known, without subprotocol or compression. */
        public static Accepted of(InetAddress clientAddress) {
            return new Accepted(
                    clientAddress, Identity.ANONYMOUS, null, DeflatePolicy.OFF, Lease.NONE);
        }

        @Override
        public String outcome() {
            return "accepted";
        }

        @Override
        public Accepted withSubprotocol(@Nullable String chosen) {
            return new Accepted(clientAddress, identity, chosen, deflate, lease);
        }

        @Override
        public Accepted withIdentity(Identity known) {
            return new Accepted(clientAddress, known, subprotocol, deflate, lease);
        }

        @Override
        public Accepted withDeflate(DeflatePolicy policy) {
            return new Accepted(clientAddress, identity, subprotocol, policy, lease);
        }

        /** A copy with this lease instead of the present one; see {@link UpgradeAttempt#hold}. */
        public Accepted withLease(Lease held) {
            return new Accepted(clientAddress, identity, subprotocol, deflate, held);
        }
    }

    /**
     * The client is refused.
     *
     * @param status the HTTP status, 400 to 599
     * @param outcome the rule's word, lower case with "_"
     * @param reason one sentence for the client; must not contain a secret
     * @param retryAfter when the client may try again, or null
     * @param headers more response headers, by name
     */
    record Rejected(
            int status,
            String outcome,
            String reason,
            @Nullable Duration retryAfter,
            Map<String, String> headers)
            implements UpgradeDecision {
        public Rejected {
            headers = Map.copyOf(headers);
        }

        public static Rejected of(int status, String outcome, String reason) {
            return new Rejected(status, outcome, reason, null, Map.of());
        }

        public Rejected withRetryAfter(Duration after) {
            return new Rejected(status, outcome, reason, after, headers);
        }

        public Rejected withHeader(String name, String value) {
            return new Rejected(status, outcome, reason, retryAfter, Map.of(name, value));
        }
    }

    /** Something held for a session. A second release has no effect. Thread-safe. */
    @FunctionalInterface
    interface Lease {
        Lease NONE =
                new Lease() {
                    @Override
                    public void release() {}

                    @Override
                    public boolean mayBlock() {
                        return false;
                    }
                };

        void release();

        /** Whether {@link #release} may block: then no thread that others wait for calls it. */
        default boolean mayBlock() {
            return true;
        }
    }
}
