package io.assent.chaos.proxy;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Names a request by the first words of its statements. */
final class SqlKind {

    private static final Set<String> TWO_WORDS = Set.of(
            "PREPARE TRANSACTION", "COMMIT PREPARED", "ROLLBACK PREPARED", "CREATE TABLE", "DROP TABLE", "ALTER TABLE");

    private SqlKind() {}

    /** Such as {@code BEGIN, INSERT}; {@code DESCRIBE} if nothing is executed. */
    static String of(List<String> statements) {
        return statements.isEmpty()
                ? "DESCRIBE"
                : statements.stream().map(SqlKind::of).collect(Collectors.joining(", "));
    }

    private static String of(String sql) {
        String[] words = sql.strip().split("[\\s(;]+", 3);
        if (words[0].isEmpty()) {
            return "EMPTY";
        }
        String first = words[0].toUpperCase(Locale.ROOT);
        if (words.length > 1) {
            String both = first + " " + words[1].toUpperCase(Locale.ROOT);
            if (TWO_WORDS.contains(both)) {
                return both;
            }
        }
        return first;
    }
}
