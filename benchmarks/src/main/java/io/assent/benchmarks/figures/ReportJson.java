package io.assent.benchmarks.figures;

import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** Reports for programs. */
public final class ReportJson {

    /** JSON has no word for what is not known but this. */
    private static final ValueSerializer<Double> FINITE_OR_NULL = new ValueSerializer<>() {
        @Override
        public void serialize(Double value, JsonGenerator json, SerializationContext context) {
            if (Double.isFinite(value)) {
                json.writeNumber(value);
            } else {
                json.writeNull();
            }
        }
    };

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new SimpleModule()
                    .addSerializer(Double.class, FINITE_OR_NULL)
                    .addSerializer(Double.TYPE, FINITE_OR_NULL))
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private ReportJson() {}

    public static String write(Object report) {
        return JSON.writeValueAsString(report) + "\n";
    }
}
