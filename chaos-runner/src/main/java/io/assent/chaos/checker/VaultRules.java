package io.assent.chaos.checker;

import static io.assent.chaos.checker.Invariant.I1;
import static io.assent.chaos.checker.Invariant.I12;
import static io.assent.chaos.checker.Invariant.I7;

import io.assent.chaos.checker.Books.Entry;
import io.assent.chaos.checker.Books.Reservation;
import io.assent.chaos.checker.Books.Vault;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Reservations against the decisions and the entries: confirmed once if and only if the branch committed, and none left open. */
final class VaultRules implements Rule {

    @Override
    public void check(Evidence evidence, Findings findings) {
        for (Books bank : evidence.banks()) {
            Vault vault = bank.vault();
            if (vault != null) {
                confirmed(evidence, findings, bank, vault);
                open(findings, bank.bank(), vault);
            }
        }
    }

    private static void confirmed(Evidence evidence, Findings findings, Books bank, Vault vault) {
        Set<Entry> entries = new HashSet<>(bank.entries());
        Map<Entry, Reservation> confirmed = new HashMap<>();
        for (Reservation reservation : vault.reservations()) {
            if (!reservation.state().equals("CONFIRMED")) {
                continue;
            }
            Entry entry = new Entry(
                    reservation.transfer(), reservation.account(), reservation.amount(), reservation.transaction());
            Reservation other = confirmed.put(entry, reservation);
            if (other != null) {
                findings.add(
                        I7,
                        reservation.transaction(),
                        bank.bank() + " confirmed it twice: " + other + ", " + reservation);
            }
            if (!entries.contains(entry)) {
                findings.add(
                        I1,
                        reservation.transaction(),
                        bank.bank() + " confirmed what it did not commit: " + reservation);
            }
            LogRow row = evidence.log().get(reservation.transaction());
            if (row != null && !"COMMIT".equals(row.verdict())) {
                findings.add(
                        I1,
                        reservation.transaction(),
                        bank.bank() + " confirmed " + reservation + ", but the decision is " + row.verdict());
            }
        }
        for (Entry entry : bank.entries()) {
            if (!confirmed.containsKey(entry)) {
                findings.add(
                        I1,
                        String.valueOf(entry.transaction()),
                        bank.bank() + " committed " + entry + ", and nothing that was reserved for it is confirmed");
            }
        }
    }

    private static void open(Findings findings, String bank, Vault vault) {
        vault.recorded().forEach(key -> findings.add(I12, key, "is still recorded as a reservation at " + bank));
        for (Reservation reservation : vault.reservations()) {
            if (reservation.state().equals("RESERVED")) {
                findings.add(I12, reservation.key(), "is still reserved at the vault of " + bank + ": " + reservation);
            }
        }
    }
}
