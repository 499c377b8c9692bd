package io.assent.chaos.checker;

import static io.assent.chaos.checker.Invariant.I7;
import static io.assent.chaos.checker.Invariant.I8;

/** Every account is what its entries make of it, and nothing came or went. */
final class MoneyRules implements Rule {

    @Override
    public void check(Evidence evidence, Findings findings) {
        long opened = 0;
        long held = 0;
        for (Books bank : evidence.banks()) {
            long openings = 0;
            for (Books.Account account : bank.accounts()) {
                openings += account.opening();
                held += account.balance();
                if (account.balance() != account.opening() + account.entries()) {
                    findings.add(
                            I7,
                            bank.bank() + " " + account.id(),
                            "the balance is not what the entries make: " + account);
                }
                if (account.balance() < 0) {
                    findings.add(I8, bank.bank() + " " + account.id(), "is overdrawn: " + account);
                }
            }
            long expected = evidence.history().run().money().getOrDefault(bank.bank(), 0L);
            if (openings != expected) {
                findings.add(I8, bank.bank(), "was opened with " + expected + " and now says " + openings);
            }
            opened += expected;
        }
        if (held != opened) {
            findings.add(I8, "all banks", "hold " + held + ", were given " + opened);
        }
    }
}
