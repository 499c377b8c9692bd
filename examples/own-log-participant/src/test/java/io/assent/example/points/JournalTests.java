package io.assent.example.points;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: what was appended is there after a crash, and nothing else. Method: the file, cut off at every byte. */
class JournalTests {

    @TempDir
    Path directory;

    private Path path;

    @BeforeEach
    void path() {
        path = directory.resolve("points.journal");
    }

    @Test
    void a_file_that_is_cut_off_anywhere_has_whole_lines_only_and_goes_on() throws IOException {
        try (Journal journal = new Journal(path, line -> {})) {
            journal.append("one");
            journal.append("two, with Ü and €");
        }
        byte[] whole = Files.readAllBytes(path);
        int first = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf('\n') + 1;
        for (int length = 0; length <= whole.length; length++) {
            Files.write(path, java.util.Arrays.copyOf(whole, length));
            List<String> expected = new ArrayList<>();
            if (length >= first) {
                expected.add("one");
            }
            if (length == whole.length) {
                expected.add("two, with Ü and €");
            }
            assertThat(lines()).isEqualTo(expected);
            try (Journal journal = new Journal(path, line -> {})) {
                journal.append("three");
            }
            expected.add("three");
            assertThat(lines()).isEqualTo(expected);
        }
    }

    @Test
    void a_file_that_is_damaged_in_the_middle_is_refused() throws IOException {
        try (Journal journal = new Journal(path, line -> {})) {
            journal.append("one");
            journal.append("two");
        }
        byte[] damaged = Files.readAllBytes(path);
        damaged[9] ^= 1;
        Files.write(path, damaged);
        assertThatExceptionOfType(IOException.class).isThrownBy(this::lines).withMessageContaining("damaged at byte 0");
        assertThat(path).hasBinaryContent(damaged);
    }

    @Test
    void one_process_at_a_time() throws IOException {
        try (Journal journal = new Journal(path, line -> {})) {
            assertThatExceptionOfType(IOException.class).isThrownBy(this::lines).withMessageContaining("in use");
        }
        assertThat(lines()).isEmpty();
    }

    @Test
    void after_a_failed_append_nothing_is_told_any_more() throws IOException {
        Journal journal = new Journal(path, line -> {});
        journal.append("one");
        journal.close();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> journal.append("two"));
        assertThatExceptionOfType(IOException.class).isThrownBy(journal::check);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> journal.append("three"));
        assertThat(lines()).containsExactly("one");
    }

    private List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Journal journal = new Journal(path, lines::add)) {
            return lines;
        }
    }
}
