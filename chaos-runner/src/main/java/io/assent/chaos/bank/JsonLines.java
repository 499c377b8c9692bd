package io.assent.chaos.bank;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;

/** A file with one JSON object a line. A line is in the file before what it announces begins. Thread-safe. */
final class JsonLines implements AutoCloseable {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private final BufferedWriter out;

    JsonLines(Path file) {
        try {
            this.out = Files.newBufferedWriter(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    synchronized void write(Object line) {
        try {
            out.write(JSON.writeValueAsString(line));
            out.write('\n');
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("The history cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The history cannot be written: " + e.getMessage(), e);
        }
    }
}
