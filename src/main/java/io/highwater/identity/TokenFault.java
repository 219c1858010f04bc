package io.highwater.identity;

/** Why a token is refused. The sentences are for clients and logs. */
public enum TokenFault {
    TOO_LARGE("The token is longer than 8192 characters."),
    MALFORMED("This is not a signed JWT."),
    UNSIGNED("The token has no signature (alg none)."),
    ENCRYPTED("The token is encrypted."),
    NESTED("The token contains another token."),
    TYPE("The token's typ is neither JWT nor at+jwt."),
    ALGORITHM("The token's algorithm is not allowed here."),
    CRITICAL("The token has a critical header parameter that is not understood."),
    KEY("No key of the issuer fits the token."),
    SIGNATURE("The token's signature is wrong."),
    ISSUER("The token comes from another issuer."),
    AUDIENCE("The token is meant for another audience."),
    NO_EXPIRY("The token has no exp."),
    EXPIRED("The token has expired."),
    NOT_YET("The token is not valid yet."),
    SUBJECT("The token has no usable sub.");

    private final String reason;

    TokenFault(String reason) {
        this.reason = reason;
    }

    /** One sentence in ASCII, without quotation marks, which contains nothing of the token. */
    public String reason() {
        return reason;
    }
}
