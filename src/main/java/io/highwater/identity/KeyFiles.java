package io.highwater.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import io.highwater.identity.KeySet.CheckKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys from files. What is wrong becomes an IllegalArgumentException that names the
 * configuration key and the file, and never shows what is in it. Stateless.
 */
final class KeyFiles {
    /** More than any key takes. */
    private static final int MOST_BYTES = 64 << 10;

    private static final String PUBLIC_KEY = "highwater.auth.public-key";
    private static final String SECRET = "highwater.auth.secret-file";

    /** A key or certificate; a file may have text around it. */
    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private KeyFiles() {}

    static KeySet read(KeySource source, Set<JWSAlgorithm> algorithms) {
        if (source instanceof KeySource.PublicKey pem) {
            return publicKey(pem.file(), algorithms);
        }
        if (source instanceof KeySource.SecretFile secret) {
            return secret(secret.file(), algorithms);
        }
        throw new IllegalStateException("no file: " + source);
    }

    private static KeySet publicKey(Path file, Set<JWSAlgorithm> algorithms) {
        String text = new String(bytes(PUBLIC_KEY, file), StandardCharsets.US_ASCII);
        if (text.contains("PRIVATE KEY")) {
            throw wrong(
                    PUBLIC_KEY,
                    file,
                    "holds a private key, which belongs to the issuer alone: write a file that"
                            + " holds its public key");
        }
        PublicKey read = parse(text);
        if (read == null) {
            throw wrong(PUBLIC_KEY, file, "is not one public key or certificate in PEM");
        }
        CheckKey key = checkKey(read);
        if (key == null) {
            throw wrong(
                    PUBLIC_KEY,
                    file,
                    "holds neither an RSA key of 2048 bits or more nor a key of the curves P-256,"
                            + " P-384 and P-521");
        }
        if (algorithms.stream().noneMatch(key::takes)) {
            throw wrong(
                    PUBLIC_KEY,
                    file,
                    "holds a key of the type "
                            + key.type()
                            + ", with which none of highwater.auth.algorithms works: "
                            + algorithms);
        }
        return new KeySet(List.of(key));
    }

    /** Null if there is none, or more than one. */
    private static @Nullable PublicKey parse(String text) {
        Matcher pem = PEM.matcher(text);
        if (!pem.find()) {
            return null;
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
            PublicKey key =
                    pem.group(1).equals("CERTIFICATE")
                            ? CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(der))
                                    .getPublicKey()
                            : publicKey(der);
            return pem.find() ? null : key;
        } catch (GeneralSecurityException | RuntimeException e) {
            return null;
        }
    }

    private static PublicKey publicKey(byte[] der) throws GeneralSecurityException {
        X509EncodedKeySpec form = new X509EncodedKeySpec(der);
        try {
            return KeyFactory.getInstance("RSA").generatePublic(form);
        } catch (InvalidKeySpecException otherKind) {
            return KeyFactory.getInstance("EC").generatePublic(form);
        }
    }

    /** Without a name: a token may name the key as it likes. Null if tokens can't have it. */
    private static @Nullable CheckKey checkKey(PublicKey key) {
        try {
            if (key instanceof RSAPublicKey rsa) {
                return KeySet.of(new RSAKey.Builder(rsa).build());
            }
            if (key instanceof ECPublicKey ec) {
                Curve curve = Curve.forECParameterSpec(ec.getParams());
                return curve == null ? null : KeySet.of(new ECKey.Builder(curve, ec).build());
            }
            return null;
        } catch (JOSEException e) {
            return null;
        }
    }

    private static KeySet secret(Path file, Set<JWSAlgorithm> algorithms) {
        byte[] read = bytes(SECRET, file);
        if (new String(read, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")) {
            throw wrong(
                    SECRET,
                    file,
                    "holds a key in PEM, not a secret: a public key as a secret would let"
                            + " everybody sign tokens; set highwater.auth.public-key instead");
        }
        byte[] secret = withoutLineEnd(read);
        for (JWSAlgorithm algorithm : algorithms) {
            int least = Integer.parseInt(algorithm.getName().substring(2)) / 8;
            if (secret.length < least) {
                throw wrong(
                        SECRET,
                        file,
                        "holds "
                                + secret.length
                                + " bytes, and "
                                + algorithm
                                + " needs at least "
                                + least
                                + " (RFC 7518 section 3.2)");
            }
        }
        return new KeySet(
                List.of(
                        new CheckKey(
                                new OctetSequenceKey.Builder(secret).build().toSecretKey("HMAC"),
                                KeyType.OCT,
                                null,
                                null,
                                null)));
    }

    private static byte[] bytes(String key, Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw wrong(key, file, "is not a file that can be read");
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw wrong(key, file, "has more than " + MOST_BYTES + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw wrong(key, file, "is not a file that can be read");
        }
    }

    /** Editors and {@code echo} end a file with a line end. */
    private static byte[] withoutLineEnd(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
            end--;
        }
        return Arrays.copyOf(bytes, end);
    }

    private static IllegalArgumentException wrong(String key, Path file, String why) {
        return new IllegalArgumentException(key + ": \"" + file + "\" " + why);
    }
}
