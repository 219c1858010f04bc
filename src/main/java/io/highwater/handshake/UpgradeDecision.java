package io.highwater.handshake;

import io.highwater.api.Api;
import io.highwater.identity.Identity;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What the handshake rules answer. Immutable. */
@Api
public sealed interface UpgradeDecision {
    /** The word that metrics and logs use: "accepted", or the refusing rule's. */
    String outcome();

    /** The same with this subprotocol where it is Accepted; itself where it is not. */
    default UpgradeDecision withSubprotocol(@Nullable String chosen) {
        return this;
    }

    /** The same of a client that is known where it is Accepted; itself where it is not. */
    default UpgradeDecision withIdentity(Identity known) {
        return this;
    }

    /** The same with this policy where it is Accepted; itself where it is not. */
    default UpgradeDecision withDeflate(DeflatePolicy policy) {
        return this;
    }

    /** As the answer of a rule that need not wait for anything. */
    default CompletionStage<UpgradeDecision> asStage() {
        return CompletableFuture.completedStage(this);
    }

    /**
     * Let in.
     *
     * @param clientAddress the client's address, behind trusted proxies the one they report
     * @param identity who the client is; {@link Identity#ANONYMOUS} where no rule has said so
     * @param subprotocol the one chosen, or null
     * @param deflate what compression the session may use
     * @param lease what the rules hold for the session (a place under a limit); the transport gives
     *     it back once, when the session is over or never came to be
     */
    record Accepted(
            InetAddress clientAddress,
            Identity identity,
            @Nullable String subprotocol,
            DeflatePolicy deflate,
            Lease lease)
            implements UpgradeDecision {
        /** A client of which only its address is known, without subprotocol or compression. */
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

        /** The same with this instead of what it holds; see {@link UpgradeAttempt#hold}. */
        public Accepted withLease(Lease held) {
            return new Accepted(clientAddress, identity, subprotocol, deflate, held);
        }
    }

    /**
     * Refused.
     *
     * @param status the HTTP status, 400 to 599
     * @param outcome the rule's word, lower case with "_"
     * @param reason one sentence for the client; names no secret
     * @param retryAfter when to come again, or null
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

    /** Something held for a session. Giving it back twice is once. Thread-safe. */
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

        /** Whether {@link #release} does: then it is called on no thread that others wait for. */
        default boolean mayBlock() {
            return true;
        }
    }
}
