package io.assent.sample.order;

import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says what is wrong with a JSON body to people who do not know what it is read with. */
final class UnreadableJson {

    private UnreadableJson() {}

    static String why(JacksonException e) {
        String path = e.getPath().stream()
                .map(step -> step.getPropertyName() != null ? step.getPropertyName() : "[" + step.getIndex() + "]")
                .collect(Collectors.joining("."));
        if (e instanceof UnrecognizedPropertyException) {
            return path + " is not known here";
        }
        if (e instanceof MismatchedInputException mismatch && !path.isEmpty()) {
            Class<?> type = mismatch.getTargetType();
            boolean number = type == long.class || type == int.class;
            return path + (number ? " must be a whole number" : " is missing or of the wrong kind");
        }
        // Behind the first parenthesis the parser speaks of itself.
        String message = String.valueOf(e.getOriginalMessage());
        int parenthesis = message.indexOf(" (");
        return parenthesis < 0 ? message : message.substring(0, parenthesis);
    }
}
