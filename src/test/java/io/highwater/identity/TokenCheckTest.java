package io.highwater.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.highwater.identity.TokenVerdict.Known;
import io.highwater.identity.TokenVerdict.Refused;
import io.highwater.testing.TestIssuer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The attacks that RFC 8725 lists, and what else a token may have wrong, each by its name. */
final class TokenCheckTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static TestIssuer issuer;
    private static RSAKey rsa;

    @BeforeAll
    static void start() throws Exception {
        issuer = new TestIssuer();
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    }

    @AfterAll
    static void stop() {
        issuer.close();
    }

    private static KeySet keys() throws Exception {
        KeySet published = KeySet.parse(issuer.published());
        List<KeySet.CheckKey> all = new java.util.ArrayList<>(published.keys());
        all.add(KeySet.of(rsa.toPublicJWK()));
        return new KeySet(all);
    }

    private static TokenVerdict verdict(String token) throws Exception {
        return verdict(token, TokenAlgorithms.of(new KeySource.Jwks(issuer.keysUri()), List.of()));
    }

    private static TokenVerdict verdict(String token, Set<JWSAlgorithm> algorithms)
            throws Exception {
        return new TokenCheck(algorithms, TestIssuer.ISSUER, TestIssuer.AUDIENCE)
                .check(token, keys(), NOW.toEpochMilli());
    }

    private static JWTClaimsSet.Builder claims() {
        return TestIssuer.claims("u-17")
                .issueTime(Date.from(NOW))
                .expirationTime(Date.from(NOW.plusSeconds(60)));
    }

    private static JWSHeader.Builder header() {
        return new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(issuer.key().getKeyID());
    }

    private static void assertFault(TokenFault fault, String token) throws Exception {
        assertThat(verdict(token)).isEqualTo(new Refused(fault));
    }

    // Good ones.

    @Test
    void goodTokenNamesItsSubjectWithClaimsAndExpiry() throws Exception {
        String token = issuer.sign(claims().claim("groups", List.of("desk")).build());
        Identity identity = ((Known) verdict(token)).identity();
        assertThat(identity.subject()).isEqualTo("u-17");
        assertThat(identity.claims()).containsEntry("groups", List.of("desk"));
        assertThat(identity.expiry()).isEqualTo(NOW.plusSeconds(60));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
    void algorithmsOfRsaKeysAreKnown(String name) throws Exception {
        SignedJWT token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.parse(name)).keyID("rsa").build(),
                        claims().build());
        token.sign(new RSASSASigner(rsa));
        assertThat(verdict(token.serialize())).isInstanceOf(Known.class);
    }

    @Test
    void tokenThatNamesNoKeyIsTriedWithThoseThatFit() throws Exception {
        String token =
                issuer.sign(new JWSHeader.Builder(JWSAlgorithm.ES256).build(), claims().build());
        assertThat(verdict(token)).isInstanceOf(Known.class);
    }

    @Test
    void subjectsOfAllAlphabetsAreKnown() throws Exception {
        String token = issuer.sign(claims().subject("Ася-日本-🚀").build());
        assertThat(((Known) verdict(token)).identity().subject()).isEqualTo("Ася-日本-🚀");
    }

    // RFC 8725 section 2.1: weak signatures and insufficient validation of them.

    @Test
    void algNoneIsRefused() throws Exception {
        assertFault(TokenFault.UNSIGNED, new PlainJWT(claims().build()).serialize());
    }

    @ParameterizedTest
    @ValueSource(strings = {"None", "NONE", "nOnE", ""})
    void otherSpellingsOfNoneAreRefused(String none) throws Exception {
        String token =
                Base64URL.encode("{\"alg\":\"" + none + "\"}")
                        + "."
                        + Base64URL.encode(claims().build().toString())
                        + ".";
        assertThat(verdict(token)).isInstanceOf(Refused.class);
    }

    @Test
    void signatureThatIsMissingIsRefused() throws Exception {
        String token = issuer.sign(claims().build());
        assertFault(TokenFault.MALFORMED, token.substring(0, token.lastIndexOf('.') + 1));
    }

    @Test
    void publicKeyAsHmacSecretIsRefused() throws Exception {
        SignedJWT token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build(),
                        claims().build());
        token.sign(new MACSigner(rsa.toRSAPublicKey().getEncoded()));
        assertFault(TokenFault.ALGORITHM, token.serialize());
    }

    @Test
    void algorithmThatIsNotConfiguredIsRefused() throws Exception {
        String token = issuer.sign(claims().build());
        assertThat(verdict(token, Set.of(JWSAlgorithm.RS256)))
                .isEqualTo(new Refused(TokenFault.ALGORITHM));
    }

    @Test
    void signatureOfAnotherKeyWithTheSameNameIsRefused() throws Exception {
        ECKey foreign = new ECKeyGenerator(Curve.P_256).keyID(issuer.key().getKeyID()).generate();
        assertFault(
                TokenFault.SIGNATURE, TestIssuer.sign(header().build(), claims().build(), foreign));
    }

    @Test
    void claimsThatWereChangedAreRefused() throws Exception {
        String[] parts = issuer.sign(claims().build()).split("\\.");
        String other = Base64URL.encode(claims().subject("admin").build().toString()).toString();
        assertFault(TokenFault.SIGNATURE, parts[0] + "." + other + "." + parts[2]);
    }

    @Test
    void signatureOfZerosIsRefused() throws Exception {
        String token = issuer.sign(claims().build());
        String zeros = Base64URL.encode(new byte[64]).toString();
        assertFault(TokenFault.SIGNATURE, token.substring(0, token.lastIndexOf('.') + 1) + zeros);
    }

    // Sections 2.9 and 3.10: keys that the token itself brings, or has fetched.

    @ParameterizedTest
    @ValueSource(strings = {"../../dev/null", "' OR 1=1 --", "key-0", "http://127.0.0.1/key"})
    void kidThatIsNoKeyOfOursIsRefused(String kid) throws Exception {
        String token =
                issuer.sign(
                        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid).build(),
                        claims().build());
        assertFault(TokenFault.KEY, token);
    }

    @Test
    void embeddedKeyIsNotRead() throws Exception {
        ECKey own = new ECKeyGenerator(Curve.P_256).keyID(issuer.key().getKeyID()).generate();
        assertFault(
                TokenFault.SIGNATURE,
                TestIssuer.sign(header().jwk(own.toPublicJWK()).build(), claims().build(), own));
    }

    @Test
    void addressesOfKeysAreNotFetched() throws Exception {
        ECKey own = new ECKeyGenerator(Curve.P_256).keyID(issuer.key().getKeyID()).generate();
        int before = issuer.fetches();
        JWSHeader pointing =
                header().jwkURL(issuer.keysUri())
                        .x509CertURL(URI.create("http://x.example/"))
                        .build();
        assertFault(TokenFault.SIGNATURE, TestIssuer.sign(pointing, claims().build(), own));
        assertThat(issuer.fetches()).isEqualTo(before);
    }

    @Test
    void criticalHeaderIsRefused() throws Exception {
        JWSHeader critical = header().criticalParams(Set.of("exp")).customParam("exp", 1).build();
        assertFault(TokenFault.CRITICAL, issuer.sign(critical, claims().build()));
    }

    // Sections 2.7, 2.8, 3.8, 3.9 and 3.12: tokens for others.

    @Test
    void otherIssuerIsRefused() throws Exception {
        assertFault(
                TokenFault.ISSUER, issuer.sign(claims().issuer("https://evil.example").build()));
        assertFault(TokenFault.ISSUER, issuer.sign(claims().issuer(null).build()));
    }

    @Test
    void otherAudienceIsRefused() throws Exception {
        assertFault(TokenFault.AUDIENCE, issuer.sign(claims().audience("billing").build()));
        assertFault(TokenFault.AUDIENCE, issuer.sign(claims().audience((String) null).build()));
    }

    @Test
    void ourAudienceAmongOthersIsEnough() throws Exception {
        String token = issuer.sign(claims().audience(List.of("billing", "prices")).build());
        assertThat(verdict(token)).isInstanceOf(Known.class);
    }

    @Test
    void tokenForSomebodyIsRefusedWhereNobodyIsConfigured() throws Exception {
        TokenCheck check = new TokenCheck(Set.of(JWSAlgorithm.ES256), null, null);
        assertThat(check.check(issuer.sign(claims().build()), keys(), NOW.toEpochMilli()))
                .isEqualTo(new Refused(TokenFault.AUDIENCE));
        String forNobody = issuer.sign(claims().audience((String) null).build());
        assertThat(check.check(forNobody, keys(), NOW.toEpochMilli())).isInstanceOf(Known.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"logout+jwt", "secevent+jwt", "dpop+jwt"})
    void tokenOfAnotherKindIsRefused(String type) throws Exception {
        JWSHeader other = header().type(new JOSEObjectType(type)).build();
        assertFault(TokenFault.TYPE, issuer.sign(other, claims().build()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", "jwt", "at+jwt", "application/at+jwt"})
    void typesOfAccessTokensAreKnown(String type) throws Exception {
        JWSHeader typed = header().type(new JOSEObjectType(type)).build();
        assertThat(verdict(issuer.sign(typed, claims().build()))).isInstanceOf(Known.class);
    }

    // Times.

    @Test
    void expiredTokenIsRefused() throws Exception {
        assertFault(
                TokenFault.EXPIRED, issuer.sign(claims().expirationTime(Date.from(NOW)).build()));
        assertThat(
                        verdict(
                                issuer.sign(
                                        claims().expirationTime(Date.from(NOW.plusSeconds(1)))
                                                .build())))
                .isInstanceOf(Known.class);
    }

    @Test
    void tokenWithoutExpiryIsRefused() throws Exception {
        assertFault(TokenFault.NO_EXPIRY, issuer.sign(claims().expirationTime(null).build()));
    }

    @Test
    void tokenOfTheFutureIsRefusedBeyondTheLeeway() throws Exception {
        assertFault(
                TokenFault.NOT_YET,
                issuer.sign(claims().notBeforeTime(Date.from(NOW.plusSeconds(31))).build()));
        assertThat(
                        verdict(
                                issuer.sign(
                                        claims().notBeforeTime(Date.from(NOW.plusSeconds(30)))
                                                .build())))
                .isInstanceOf(Known.class);
    }

    @Test
    void expiryThatIsNoNumberIsRefused() throws Exception {
        assertFault(
                TokenFault.MALFORMED,
                signed("{\"sub\":\"u\",\"aud\":\"prices\",\"exp\":\"never\"}"));
    }

    // Subjects.

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "admin\u0000", "adm\u200Bin", "\u202Eadmin"})
    void subjectThatIsNoNameIsRefused(String subject) throws Exception {
        assertFault(TokenFault.SUBJECT, issuer.sign(claims().subject(subject).build()));
    }

    @Test
    void tokenWithoutSubjectIsRefused() throws Exception {
        assertFault(TokenFault.SUBJECT, issuer.sign(claims().subject(null).build()));
    }

    // Shapes.

    @Test
    void nestedTokenIsRefused() throws Exception {
        JWSObject outer =
                new JWSObject(
                        header().contentType("JWT").build(), new Payload(issuer.token("u-17")));
        outer.sign(new ECDSASigner(issuer.key()));
        assertFault(TokenFault.NESTED, outer.serialize());
        JWSObject silent = new JWSObject(header().build(), new Payload(issuer.token("u-17")));
        silent.sign(new ECDSASigner(issuer.key()));
        assertFault(TokenFault.MALFORMED, silent.serialize());
    }

    @Test
    void encryptedTokenIsRefused() throws Exception {
        EncryptedJWT token =
                new EncryptedJWT(
                        new JWEHeader(JWEAlgorithm.DIR, EncryptionMethod.A128GCM),
                        claims().build());
        token.encrypt(new DirectEncrypter(new byte[16]));
        assertFault(TokenFault.ENCRYPTED, token.serialize());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "...",
                "a.b.c",
                "e30.e30.e30",
                "{\"alg\":\"ES256\"}",
                "eyJhbGciOiJFUzI1NiJ9..",
                "ЁЁ.ЁЁ.ЁЁ"
            })
    void whatIsNoTokenIsRefused(String text) throws Exception {
        assertFault(TokenFault.MALFORMED, text);
    }

    @Test
    void claimsThatAreNotUtf8AreRefused() throws Exception {
        byte[] bytes =
                "{\"sub\":\"u\u00E9\",\"aud\":\"prices\"}".getBytes(StandardCharsets.ISO_8859_1);
        JWSObject token = new JWSObject(header().build(), new Payload(bytes));
        token.sign(new ECDSASigner(issuer.key()));
        assertFault(TokenFault.MALFORMED, token.serialize());
    }

    @Test
    void deepClaimsAreRefusedOrRead() throws Exception {
        String deep = "[".repeat(2_500) + "]".repeat(2_500);
        assertThat(verdict(signed("{\"sub\":\"u\",\"x\":" + deep + "}")))
                .isInstanceOf(Refused.class);
    }

    @Test
    void doubledClaimsAreRefused() throws Exception {
        assertFault(
                TokenFault.MALFORMED,
                signed("{\"sub\":\"u\",\"sub\":\"admin\",\"aud\":\"prices\"}"));
    }

    private static String signed(String payload) throws Exception {
        JWSObject token = new JWSObject(header().build(), new Payload(payload));
        token.sign(new ECDSASigner(issuer.key()));
        return token.serialize();
    }

    // Keys.

    @Test
    void secretWeakAndForeignKeysOfAnIssuerAreLeftOut() throws Exception {
        String json =
                """
                {"keys":[{"kty":"oct","k":"%s"},{"kty":"??"},{"kty":"EC","crv":"P-256","x":"1"},
                 %s, %s]}"""
                        .formatted(
                                Base64URL.encode(new byte[32]),
                                new RSAKey.Builder(rsa)
                                        .keyUse(com.nimbusds.jose.jwk.KeyUse.ENCRYPTION)
                                        .keyID("for encryption")
                                        .build()
                                        .toPublicJWK()
                                        .toJSONString(),
                                issuer.key().toPublicJWK().toJSONString());
        assertThat(KeySet.parse(json).keys())
                .extracting(KeySet.CheckKey::id)
                .containsExactly(issuer.key().getKeyID());
    }

    @Test
    void keyForOneAlgorithmIsUsedForNoOther() throws Exception {
        RSAKey onlyPs = new RSAKey.Builder(rsa).algorithm(JWSAlgorithm.PS256).build();
        KeySet keys = new KeySet(List.of(KeySet.of(onlyPs.toPublicJWK())));
        JWSHeader rs = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build();
        JWSHeader ps = new JWSHeader.Builder(JWSAlgorithm.PS256).keyID("rsa").build();
        assertThat(keys.fitting(rs)).isEmpty();
        assertThat(keys.fitting(ps)).hasSize(1);
    }

    @Test
    void faultsAreFitForAHeader() {
        assertThat(TokenFault.values())
                .extracting(TokenFault::reason)
                .allMatch(reason -> reason.matches("[A-Za-z0-9 .,()'+/-]+"));
    }
}
