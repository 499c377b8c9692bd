package io.assent.embeddedpostgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority for tests, made with the JDK's keytool: certificates for PostgreSQL, its drivers, and HTTP. Everything
 * is valid for a day. All authorities have the same name, so that a client shows its certificate to a server that believes
 * another one. Not thread-safe.
 */
public final class TestAuthority {

    private static final String PASSWORD = "changeit";
    private static final String CA = "ca";

    private final Path directory;

    /**
     * The files of one side. Only the user of this process may read the keys: PostgreSQL and its driver demand it.
     *
     * @param certificate PEM
     * @param key PKCS #8 in PEM
     * @param binaryKey the same in DER, for PostgreSQL's driver
     */
    public record Identity(Path certificate, Path key, Path binaryKey) {}

    /** @param directory empty, or not there yet */
    public TestAuthority(Path directory) throws IOException, GeneralSecurityException {
        this.directory = Files.createDirectories(directory);
        keytool("-alias", CA, "-dname", "CN=Test CA", "-ext", "bc:c");
        Files.writeString(
                certificate(), pem("CERTIFICATE", store().getCertificate(CA).getEncoded()));
    }

    /** PEM file of the authority. */
    public Path certificate() {
        return directory.resolve("ca.crt");
    }

    /** @param host the only one for which it is good, or the user of a client; a name */
    public Identity identity(String host) throws IOException, GeneralSecurityException {
        return identity(host, "dns:" + host);
    }

    /**
     * One that has other names than its common name.
     *
     * @param name the common name, and how the files are called
     * @param alternatives such as {@code dns:order-service} and {@code uri:spiffe://example.org/order-service}; at least one
     */
    public Identity identity(String name, String... alternatives) throws IOException, GeneralSecurityException {
        keytool("-alias", name, "-dname", "CN=" + name, "-signer", CA, "-ext", "san=" + String.join(",", alternatives));
        KeyStore store = store();
        byte[] secret = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
        Path certificate = directory.resolve(name + ".crt");
        Files.writeString(
                certificate, pem("CERTIFICATE", store.getCertificate(name).getEncoded()));
        Path key = directory.resolve(name + ".key");
        createPrivate(key);
        Files.writeString(key, pem("PRIVATE KEY", secret));
        Path binaryKey = directory.resolve(name + ".pk8");
        createPrivate(binaryKey);
        Files.write(binaryKey, secret);
        return new Identity(certificate, key, binaryKey);
    }

    /**
     * What one side connects with.
     *
     * @param identity null: it has none
     * @param authorities PEM files of those that it believes
     */
    public static SSLContext context(@Nullable Identity identity, Path... authorities)
            throws IOException, GeneralSecurityException {
        CertificateFactory certificates = CertificateFactory.getInstance("X.509");
        KeyStore own = empty();
        if (identity != null) {
            PrivateKey key = KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(identity.binaryKey())));
            own.setKeyEntry(
                    "own", key, PASSWORD.toCharArray(), new Certificate[] {read(certificates, identity.certificate())});
        }
        KeyStore trusted = empty();
        for (Path authority : authorities) {
            trusted.setCertificateEntry(authority.toString(), read(certificates, authority));
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Certificate read(CertificateFactory certificates, Path file)
            throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return certificates.generateCertificate(in);
        }
    }

    private static void createPrivate(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END " + type + "-----\n";
    }

    private Path file() {
        return directory.resolve("store.p12");
    }

    private KeyStore store() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file())) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private void keytool(String... arguments) throws IOException {
        String java = Objects.requireNonNull(System.getProperty("java.home"));
        List<String> line =
                new ArrayList<>(List.of(Path.of(java, "bin", "keytool").toString(), "-genkeypair"));
        line.addAll(List.of("-keystore", file().toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        line.addAll(List.of("-keyalg", "EC", "-validity", "1"));
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException("keytool failed: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while keytool ran", e);
        }
    }
}
