package io.assent.coordinator.operations;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Goal: nobody forges a line of the audit, or hides in one. Method: values that try to. */
class AuditTests {

    @Test
    void a_value_ends_neither_itself_nor_its_line() {
        assertThat(Audit.quoted("plain äöü")).isEqualTo("\"plain äöü\"");
        assertThat(Audit.quoted("a\" result=\"200")).isEqualTo("\"a\\\" result=\\\"200\"");
        assertThat(Audit.quoted("back\\slash")).isEqualTo("\"back\\\\slash\"");
        assertThat(Audit.quoted("a\r\nwho=\t\u001b[2J\u2028\u202e"))
                .isEqualTo("\"a\\u{d}\\u{a}who=\\u{9}\\u{1b}[2J\\u{2028}\\u{202e}\"");
    }
}
