package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A certificate authority of a test, made with the JDK's keytool. Everything is valid for a day. */
final class TestAuthority {

    private static final String PASSWORD = "changeit";

    private final Path directory;

    /**
     * The files of one side. Only the user of this process may read the keys: PostgreSQL and its driver demand it.
     *
     * @param certificate PEM
     * @param key PEM, for the server
     * @param binaryKey the same in DER, for the driver
     */
    record Identity(Path certificate, Path key, Path binaryKey) {}

    /** @param directory empty */
    TestAuthority(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        keytool(
                "-genkeypair",
                "-alias",
                "ca",
                "-keyalg",
                "EC",
                "-dname",
                "CN=Test CA",
                "-ext",
                "bc:c",
                "-validity",
                "1");
        keytool("-exportcert", "-alias", "ca", "-rfc", "-file", certificate().toString());
    }

    /** PEM file of the authority. */
    Path certificate() {
        return directory.resolve("ca.crt");
    }

    /** @param host the only one for which it is good, or the user of a client; a name */
    Identity identity(String host) throws IOException, GeneralSecurityException {
        Path request = directory.resolve(host + ".csr");
        Path certificate = directory.resolve(host + ".crt");
        Path key = directory.resolve(host + ".key");
        keytool("-genkeypair", "-alias", host, "-keyalg", "EC", "-dname", "CN=" + host, "-validity", "1");
        keytool("-certreq", "-alias", host, "-file", request.toString());
        keytool(
                "-gencert",
                "-alias",
                "ca",
                "-infile",
                request.toString(),
                "-outfile",
                certificate.toString(),
                "-rfc",
                "-ext",
                "san=dns:" + host,
                "-validity",
                "1");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(store())) {
            store.load(file, PASSWORD.toCharArray());
        }
        Key secret = store.getKey(host, PASSWORD.toCharArray());
        createPrivate(key);
        Files.writeString(
                key,
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(secret.getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        Path binaryKey = directory.resolve(host + ".pk8");
        createPrivate(binaryKey);
        Files.write(binaryKey, secret.getEncoded());
        return new Identity(certificate, key, binaryKey);
    }

    private static void createPrivate(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private Path store() {
        return directory.resolve("store.p12");
    }

    private void keytool(String command, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), command));
        line.addAll(List.of("-keystore", store().toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(process.exitValue()).as(output).isZero();
    }
}
