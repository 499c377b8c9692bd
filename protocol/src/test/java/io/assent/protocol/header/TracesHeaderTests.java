package io.assent.protocol.header;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Goal: each commit keeps its place, traced or not. Method: there and back. */
class TracesHeaderTests {

    private static final String PARENT = "00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-01";

    @Test
    void what_is_not_traced_keeps_its_place() {
        assertThat(TracesHeader.format(Arrays.asList(null, PARENT, null))).isEqualTo("-," + PARENT + ",-");
        assertThat(TracesHeader.parse("-, " + PARENT + " ,-")).containsExactly("-", PARENT, "-");
        assertThat(TracesHeader.parse(",,")).containsExactly("", "", "");
    }

    @Test
    void it_fits_into_what_servers_take() {
        List<String> many = new ArrayList<>(Collections.nCopies(256, PARENT));
        assertThat(TracesHeader.format(many)).hasSizeLessThan(6_000);
        assertThat(TracesHeader.parse(TracesHeader.format(many))).hasSize(100);
    }
}
