package io.highwater.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.highwater.identity.KeySet.CheckKey;
import io.highwater.identity.TokenVerdict.Known;
import io.highwater.identity.TokenVerdict.Refused;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks one token against a set of keys, as RFC 8725 asks. The header decides nothing but which of
 * our keys and of our algorithms is used: keys that a token carries or points to (jwk, jku, x5c,
 * x5u) are not read. Immutable, thread-safe; takes as long as a signature check.
 */
final class TokenCheck {
    /** How far the issuer's clock may be ahead of ours. */
    static final Duration LEEWAY = Duration.ofSeconds(30);

    private static final Set<@Nullable JOSEObjectType> TYPES =
            new java.util.HashSet<>(
                    java.util.Arrays.asList(
                            null,
                            JOSEObjectType.JWT,
                            new JOSEObjectType("at+jwt"),
                            new JOSEObjectType("application/at+jwt")));

    private final Set<JWSAlgorithm> algorithms;
    private final @Nullable String issuer;
    private final @Nullable String audience;
    private final DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();

    TokenCheck(Set<JWSAlgorithm> algorithms, @Nullable String issuer, @Nullable String audience) {
        this.algorithms = algorithms;
        this.issuer = issuer;
        this.audience = audience;
    }

    /**
     * @param nowMillis since 1970
     */
    TokenVerdict check(String token, KeySet keys, long nowMillis) {
        try {
            return checkParsed(JWTParser.parse(token), keys, nowMillis);
        } catch (ParseException | JOSEException | RuntimeException | StackOverflowError e) {
            // What the library can't read is no token. Its message may show some of it.
            return new Refused(TokenFault.MALFORMED);
        }
    }

    private TokenVerdict checkParsed(JWT parsed, KeySet keys, long nowMillis)
            throws ParseException, JOSEException {
        if (parsed instanceof PlainJWT) {
            return new Refused(TokenFault.UNSIGNED);
        }
        if (parsed instanceof EncryptedJWT) {
            return new Refused(TokenFault.ENCRYPTED);
        }
        if (!(parsed instanceof SignedJWT token)) {
            return new Refused(TokenFault.MALFORMED);
        }
        TokenFault fault = headerFault(token.getHeader());
        if (fault == null) {
            fault = signatureFault(token, keys);
        }
        if (fault != null) {
            return new Refused(fault);
        }
        Map<String, Object> claims = claims(token);
        if (claims == null) {
            return new Refused(TokenFault.MALFORMED);
        }
        JWTClaimsSet known = JWTClaimsSet.parse(claims);
        fault = claimsFault(known, nowMillis);
        return fault == null ? new Known(identity(known, claims)) : new Refused(fault);
    }

    private @Nullable TokenFault headerFault(JWSHeader header) {
        if (!algorithms.contains(header.getAlgorithm())) {
            return TokenFault.ALGORITHM;
        }
        if (header.getCriticalParams() != null || !header.isBase64URLEncodePayload()) {
            return TokenFault.CRITICAL;
        }
        if (header.getContentType() != null) {
            return TokenFault.NESTED;
        }
        return TYPES.contains(header.getType()) ? null : TokenFault.TYPE;
    }

    private @Nullable TokenFault signatureFault(SignedJWT token, KeySet keys) throws JOSEException {
        List<CheckKey> fitting = keys.fitting(token.getHeader());
        for (CheckKey key : fitting) {
            if (token.verify(verifiers.createJWSVerifier(token.getHeader(), key.key()))) {
                return null;
            }
        }
        return fitting.isEmpty() ? TokenFault.KEY : TokenFault.SIGNATURE;
    }

    /** Null if they are not UTF-8, or no JSON object. */
    private static @Nullable Map<String, Object> claims(SignedJWT token) {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(token.getPayload().toBytes()));
        } catch (CharacterCodingException e) {
            return null;
        }
        return token.getPayload().toJSONObject();
    }

    private @Nullable TokenFault claimsFault(JWTClaimsSet claims, long nowMillis) {
        if (issuer != null && !issuer.equals(claims.getIssuer())) {
            return TokenFault.ISSUER;
        }
        List<String> meantFor = claims.getAudience();
        if (audience == null ? !meantFor.isEmpty() : !meantFor.contains(audience)) {
            return TokenFault.AUDIENCE;
        }
        Date expiry = claims.getExpirationTime();
        if (expiry == null) {
            return TokenFault.NO_EXPIRY;
        }
        if (expiry.getTime() <= nowMillis) {
            return TokenFault.EXPIRED;
        }
        Date notBefore = claims.getNotBeforeTime();
        if (notBefore != null && notBefore.getTime() > nowMillis + LEEWAY.toMillis()) {
            return TokenFault.NOT_YET;
        }
        return isName(claims.getSubject()) ? null : TokenFault.SUBJECT;
    }

    /** Control characters in a name would forge lines of a log or look like another name. */
    private static boolean isName(@Nullable String subject) {
        return subject != null
                && !subject.isBlank()
                && subject.codePoints()
                        .noneMatch(
                                c ->
                                        Character.isISOControl(c)
                                                || Character.getType(c) == Character.FORMAT
                                                || Character.getType(c) == Character.SURROGATE);
    }

    private static Identity identity(JWTClaimsSet known, Map<String, Object> claims) {
        return Identity.of(known.getSubject())
                .withClaims(claims)
                .withExpiry(Instant.ofEpochMilli(known.getExpirationTime().getTime()));
    }
}
