package io.highwater.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys and algorithms are accepted at the start, and what is said of others. */
final class TokenSettingsTest {
    @TempDir private Path folder;

    private static TokenSettings with(KeySource source, String... algorithms) {
        return new TokenSettings(source, null, null, List.of(algorithms), false, null, null);
    }

    private KeySource.SecretFile secret(String text) throws IOException {
        return new KeySource.SecretFile(Files.writeString(folder.resolve("secret"), text));
    }

    private KeySource.PublicKey pem(String text) throws IOException {
        return new KeySource.PublicKey(Files.writeString(folder.resolve("key.pem"), text));
    }

    static String pem(String kind, Key key) {
        return "-----BEGIN "
                + kind
                + "-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END "
                + kind
                + "-----\n";
    }

    @ParameterizedTest
    @CsvSource({"31, HS256, 32", "47, HS384, 48", "63, HS512, 64"})
    void secretThatIsTooShortForItsAlgorithmIsRefused(int bytes, String algorithm, int least)
            throws IOException {
        KeySource.SecretFile file = secret("x".repeat(bytes) + "\n");
        assertThatThrownBy(() -> with(file, algorithm).checkFile())
                .hasMessageStartingWith("highwater.auth.secret-file: \"" + file.file() + "\"")
                .hasMessageContaining(
                        "holds " + bytes + " bytes, and " + algorithm + " needs at least " + least);
        with(secret("x".repeat(least) + "\r\n"), algorithm).checkFile();
    }

    @Test
    void publicKeyIsNoSecret() throws Exception {
        Key key = new RSAKeyGenerator(2048).generate().toRSAPublicKey();
        KeySource.SecretFile file = secret(pem("PUBLIC KEY", key));
        assertThatThrownBy(() -> with(file).checkFile())
                .hasMessageContaining("holds a key in PEM, not a secret")
                .hasMessageNotContaining(Base64.getEncoder().encodeToString(key.getEncoded()));
    }

    @Test
    void publicKeysAreRead() throws Exception {
        with(pem(pem("PUBLIC KEY", new RSAKeyGenerator(2048).generate().toRSAPublicKey())))
                .checkFile();
        with(pem(pem("PUBLIC KEY", new ECKeyGenerator(Curve.P_384).generate().toECPublicKey())))
                .checkFile();
    }

    @Test
    void privateWeakAndUnfitKeysAreRefused() throws Exception {
        KeySource.PublicKey secret =
                pem(pem("PRIVATE KEY", new RSAKeyGenerator(2048).generate().toPrivateKey()));
        assertThatThrownBy(() -> with(secret).checkFile())
                .hasMessageStartingWith("highwater.auth.public-key: ")
                .hasMessageContaining("holds a private key");
        KeySource.PublicKey weak =
                pem(pem("PUBLIC KEY", new RSAKeyGenerator(1024, true).generate().toRSAPublicKey()));
        assertThatThrownBy(() -> with(weak).checkFile()).hasMessageContaining("2048 bits or more");
        KeySource.PublicKey curve =
                pem(pem("PUBLIC KEY", new ECKeyGenerator(Curve.P_256).generate().toECPublicKey()));
        assertThatThrownBy(() -> with(curve, "RS256").checkFile())
                .hasMessageContaining("none of highwater.auth.algorithms works: [RS256]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "hello", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"})
    void whatIsNoKeyIsRefused(String text) throws IOException {
        KeySource.PublicKey file = pem(text);
        assertThatThrownBy(() -> with(file).checkFile())
                .hasMessage(
                        "highwater.auth.public-key: \""
                                + file.file()
                                + "\" is not one public key or certificate in PEM");
    }

    @Test
    void fileThatIsMissingIsNamed() {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> with(new KeySource.SecretFile(missing)).checkFile())
                .hasMessage(
                        "highwater.auth.secret-file: \""
                                + missing
                                + "\" is not a file that can be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "HS256", "EdDSA", "RS1", "rs256", "ES256K"})
    void algorithmsThatPublicKeysDoNotHaveAreRefused(String name) {
        assertThatThrownBy(() -> with(KeySource.Jwks.parse("https://id.example.com/keys"), name))
                .hasMessage(
                        "highwater.auth.algorithms: \""
                                + name
                                + "\" is not allowed: with highwater.auth.jwks-uri or"
                                + " highwater.auth.public-key, some of RS256, RS384, RS512, PS256,"
                                + " PS384, PS512, ES256, ES384, ES512");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "RS256", "ES256"})
    void algorithmsThatSecretsDoNotHaveAreRefused(String name) {
        assertThatThrownBy(() -> with(new KeySource.SecretFile(Path.of("x")), name))
                .hasMessageContaining("some of HS256, HS384, HS512");
    }

    @Test
    void secretsHaveOneAlgorithmByDefault() {
        assertThat(TokenAlgorithms.of(new KeySource.SecretFile(Path.of("x")), List.of()))
                .extracting(Object::toString)
                .containsExactly("HS256");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"keys", "ftp://x/keys", "https:///keys", "https://u:p@x/k", "http://a b"})
    void addressThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> KeySource.Jwks.parse(text))
                .hasMessageStartingWith("highwater.auth.jwks-uri: \"" + text + "\" is not allowed");
    }

    @Test
    void settingsWithoutKeysAreRefused() {
        assertThatThrownBy(() -> new TokenSettings(null, null, null, List.of(), true, null, null))
                .hasMessageStartingWith(
                        "highwater.auth.required: \"true\" has no effect without keys");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a;b", "a=b"})
    void nameOfACookieIsAToken(String name) {
        assertThatThrownBy(
                        () ->
                                new TokenSettings(
                                        new KeySource.SecretFile(Path.of("x")),
                                        null,
                                        null,
                                        List.of(),
                                        false,
                                        name,
                                        null))
                .hasMessageStartingWith("highwater.auth.cookie: \"" + name + "\" is not allowed");
    }
}
