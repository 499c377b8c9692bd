package io.assent.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

/** Goal: nothing is read that was not meant. Method: each leniency of the JSON library, one by one. */
class WireJsonTests {

    record Probe(String text, Integer number, Boolean flag, java.util.List<String> list, Probe inner) {}

    @Test
    void a_request_is_read_and_written_without_nulls() {
        BeginRequest request = WireJson.strict().readValue("{\"timeout\":\"PT10S\"}", BeginRequest.class);

        assertThat(request).isEqualTo(new BeginRequest(null, null, "PT10S"));
        assertThat(WireJson.strict().writeValueAsString(request)).isEqualTo("{\"timeout\":\"PT10S\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}{}",
                "{\"text\":1}",
                "{\"text\":true}",
                "{\"text\":1.5}",
                "{\"number\":\"5\"}",
                "{\"number\":1.9}",
                "{\"number\":\"\"}",
                "{\"number\":true}",
                "{\"number\":NaN}",
                "{\"number\":1e999}",
                "{\"number\":99999999999}",
                "{\"flag\":\"true\"}",
                "{\"flag\":1}",
                "{\"list\":\"a\"}",
                "{\"list\":\"\"}",
                "{\"list\":[1]}",
                "{\"inner\":\"\"}",
                "{\"inner\":[]}",
                "{\"text\":\"a\",\"text\":\"a\"}",
                "{\"text\":\"\\u0000\"}",
                "{\"text\":\"\\ud800\"}",
                "{\"text\":\"\\udc00x\"}",
                "{'text':'a'}",
                "{\"text\":\"a\",}",
                "/* */{}"
            })
    void lossy_or_loose_json_is_refused_by_both_ways_of_reading(String json) {
        assertThatThrownBy(() -> WireJson.strict().readValue(json, Probe.class)).isInstanceOf(JacksonException.class);
        assertThatThrownBy(() -> WireJson.tolerant().readValue(json, Probe.class))
                .isInstanceOf(JacksonException.class);
    }

    @Test
    void only_messages_between_coordinator_and_participants_may_hold_unknown_members() {
        String json = "{\"vote\":\"PREPARED\",\"later\":{\"a\":[1]}}";

        assertThat(WireJson.tolerant().readValue(json, PrepareResponse.class))
                .isEqualTo(new PrepareResponse("PREPARED", null));
        assertThatThrownBy(() -> WireJson.strict().readValue(json, PrepareResponse.class))
                .isInstanceOf(JacksonException.class);
    }

    @Test
    void deep_nesting_and_long_strings_are_refused() {
        String deep = "{\"inner\":".repeat(17) + "{}" + "}".repeat(17);
        String longText = "{\"text\":\"" + "a".repeat(WireJson.MAX_STRING_LENGTH + 1) + "\"}";

        assertThatThrownBy(() -> WireJson.strict().readValue(deep, Probe.class)).isInstanceOf(JacksonException.class);
        assertThatThrownBy(() -> WireJson.strict().readValue(longText, Probe.class))
                .isInstanceOf(JacksonException.class);
    }

    @Test
    void a_pair_of_surrogates_is_a_character() {
        assertThat(WireJson.strict()
                        .readValue("{\"text\":\"\\ud83d\\ude00\"}", Probe.class)
                        .text())
                .isEqualTo("\ud83d\ude00");
    }

    @Test
    void every_problem_type_ends_in_its_name() {
        assertThat(ProblemType.OUTCOME_UNKNOWN.uri()).isEqualTo("urn:assent:problem:outcome-unknown");
        assertThat(ProblemType.values()).allSatisfy(type -> {
            assertThat(type.uri()).matches("urn:assent:problem:[a-z-]+");
            assertThat(type.status()).isBetween(400, 503);
            assertThat(type.title()).isNotBlank();
        });
    }
}
