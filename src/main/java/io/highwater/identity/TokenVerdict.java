package io.highwater.identity;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a token comes to. Contains nothing of the token's text. Immutable. */
public sealed interface TokenVerdict {
    /** The token is good: this is whom it names, until {@link Identity#expiry}. */
    record Known(Identity identity) implements TokenVerdict {}

    /** The token is bad, and will stay so. */
    record Refused(TokenFault fault) implements TokenVerdict {}

    /** It is not known now whether the token is good. The client may try again. */
    enum Unknown implements TokenVerdict {
        /** The issuer's keys could not be had since this node started. */
        NO_KEYS("The keys of the tokens' issuer are not known yet."),
        /** Too many tokens are being checked. */
        BUSY("Too many tokens are being checked.");

        private final String reason;

        Unknown(String reason) {
            this.reason = reason;
        }

        /** One sentence for the client. */
        public String reason() {
            return reason;
        }
    }

    /** This as the answer to a question that needed no waiting. */
    default CompletionStage<TokenVerdict> asStage() {
        return CompletableFuture.completedStage(this);
    }
}
