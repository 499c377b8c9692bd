package io.assent.protocol.wire;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.jdk.StringDeserializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * Refuses what PostgreSQL cannot store and what compares differently from how it looks: NUL and lone surrogates.
 */
final class UnicodeGuard extends StringDeserializer {

    private UnicodeGuard() {}

    static SimpleModule module() {
        return new SimpleModule("assent-unicode").addDeserializer(String.class, new UnicodeGuard());
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context) {
        String text = super.deserialize(parser, context);
        if (text != null && !storable(text)) {
            context.reportInputMismatch(String.class, "contains NUL or a lone surrogate");
        }
        return text;
    }

    private static boolean storable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isLowSurrogate(c)) {
                return false;
            }
            if (Character.isHighSurrogate(c)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }
}
