package io.assent.chaos.bank;

import io.assent.chaos.system.BankKind;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Where clients get their work from. Thread-safe. */
interface Plans {

    /** The accounts to open, with their balances, by bank. */
    Map<String, Map<String, Long>> accounts();

    /**
     * What the client does next; null: there is nothing left.
     *
     * @param client its number, from 1
     */
    @Nullable
    Plan next(int client);

    /** The banks' names from their number. */
    static List<String> banks(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> "bank-" + number)
                .toList();
    }

    /** Those of them that begin transfers. */
    static List<String> initiators(List<BankKind> kinds) {
        return IntStream.rangeClosed(1, kinds.size())
                .filter(number -> kinds.get(number - 1).initiates())
                .mapToObj(number -> "bank-" + number)
                .toList();
    }
}
