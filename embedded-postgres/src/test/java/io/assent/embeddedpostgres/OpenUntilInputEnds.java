package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.file.Path;

/** The main program of the other processes in {@link EmbeddedPostgresIntegrationTests}. */
final class OpenUntilInputEnds {

    private OpenUntilInputEnds() {}

    public static void main(String[] arguments) throws IOException {
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.builder().dataDirectory(Path.of(arguments[0])).start()) {
            System.out.println("started");
            while (System.in.read() >= 0) {
                // until the other side closes it
            }
            System.out.println("closing " + postgres.port());
        }
    }
}
