package io.assent.chaos.checker;

import static io.assent.chaos.checker.Invariant.I1;
import static io.assent.chaos.checker.Invariant.I10;
import static io.assent.chaos.checker.Invariant.I13;
import static io.assent.chaos.checker.Invariant.I3;
import static io.assent.chaos.checker.Invariant.I7;

import io.assent.chaos.checker.Evidence.Booking;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What is booked against what was asked for: all of a transfer, once, in one transaction that was decided so. */
final class BookingRules implements Rule {

    @Override
    public void check(Evidence evidence, Findings findings) {
        evidence.byTransfer().forEach((transfer, bookings) -> transfer(evidence, findings, transfer, bookings));
        evidence.byTransaction()
                .forEach((transaction, bookings) -> transaction(evidence, findings, transaction, bookings));
    }

    private static void transfer(Evidence evidence, Findings findings, String transfer, List<Booking> bookings) {
        Invocation invocation = evidence.transfer(transfer);
        if (invocation == null) {
            findings.add(I13, transfer, "booked although nobody asked for it: " + bookings);
            return;
        }
        Set<String> transactions = bookings.stream()
                .map(booking -> String.valueOf(booking.entry().transaction()))
                .collect(Collectors.toSet());
        Set<Effect> booked = bookings.stream().map(Booking::effect).collect(Collectors.toSet());
        Set<Effect> wanted = new HashSet<>(invocation.effects());
        if (!booked.equals(wanted)) {
            Set<String> touched = places(booked);
            boolean otherAmounts = touched.equals(places(wanted));
            findings.add(
                    otherAmounts ? I7 : I1,
                    String.join(", ", transactions),
                    "transfer " + transfer + " is booked as " + booked + ", asked for was " + wanted);
        }
        if (transactions.size() > 1) {
            findings.add(I7, transfer, "booked in several transactions: " + bookings);
        }
        if (invocation.poisoned()) {
            findings.add(
                    I3,
                    String.join(", ", transactions),
                    "transfer " + transfer + " committed although a branch refused");
        }
    }

    private static Set<String> places(Set<Effect> effects) {
        return effects.stream()
                .map(effect -> effect.bank() + " " + effect.account())
                .collect(Collectors.toSet());
    }

    private static void transaction(Evidence evidence, Findings findings, String transaction, List<Booking> bookings) {
        Set<String> transfers =
                bookings.stream().map(booking -> booking.entry().transfer()).collect(Collectors.toSet());
        if (transfers.size() > 1) {
            findings.add(I13, transaction, "holds entries of several transfers: " + transfers);
        }
        LogRow row = evidence.log().get(transaction);
        Set<String> banks = bookings.stream().map(Booking::bank).collect(Collectors.toSet());
        if (row == null) {
            // Who wrote alone commits alone; nobody else may.
            if (banks.size() > 1) {
                findings.add(I10, transaction, "committed at " + banks + ", but the decision log does not know it");
            }
        } else if (!"COMMIT".equals(row.verdict())) {
            findings.add(I1, transaction, "committed at " + banks + ", but the decision is " + row.verdict());
        }
    }
}
