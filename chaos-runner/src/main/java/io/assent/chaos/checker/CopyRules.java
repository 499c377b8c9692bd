package io.assent.chaos.checker;

import static io.assent.chaos.checker.Invariant.I1;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A branch in two databases commits in both or in none: each entry of one is in the other, word for word. */
final class CopyRules implements Rule {

    @Override
    public void check(Evidence evidence, Findings findings) {
        for (Books bank : evidence.banks()) {
            List<Books.Entry> copy = bank.copy();
            if (copy != null) {
                missing(findings, bank.entries(), copy, bank.bank() + ", in its second database");
                missing(findings, copy, bank.entries(), bank.bank() + ", in its main database");
            }
        }
    }

    private static void missing(Findings findings, List<Books.Entry> here, List<Books.Entry> elsewhere, String where) {
        Set<Books.Entry> there = new HashSet<>(elsewhere);
        for (Books.Entry entry : here) {
            if (!there.contains(entry)) {
                findings.add(I1, String.valueOf(entry.transaction()), where + ", does not have " + entry);
            }
        }
    }
}
