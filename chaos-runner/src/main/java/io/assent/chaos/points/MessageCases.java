package io.assent.chaos.points;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The cases of the message faults: all of them, or a selection for the build. */
final class MessageCases {

    private static final long TIMEOUT = 2_500;

    private MessageCases() {}

    /** Message × kind of fault, without what cannot happen to a message. */
    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (FaultyMessage message : FaultyMessage.all()) {
            for (FaultKind kind : FaultKind.values()) {
                if (kind.fits(message)) {
                    cases.add(of(message, kind));
                }
            }
        }
        return cases;
    }

    /** Every kind of fault once, every pair of processes at least once. */
    static List<Case> selection() {
        List<FaultyMessage> messages = FaultyMessage.all();
        Set<String> pairs = new HashSet<>();
        List<Case> cases = new ArrayList<>();
        int next = 0;
        for (FaultKind kind : FaultKind.values()) {
            FaultyMessage chosen = null;
            for (int i = 0; i < messages.size() && chosen == null; i++) {
                FaultyMessage candidate = messages.get((next + i) % messages.size());
                boolean fresh = !pairs.contains(candidate.pair()) || pairs.size() == 6;
                if (kind.fits(candidate) && fresh) {
                    chosen = candidate;
                    next = (next + i + 3) % messages.size();
                }
            }
            if (chosen == null) {
                chosen = messages.stream().filter(kind::fits).findFirst().orElseThrow();
            }
            pairs.add(chosen.pair());
            cases.add(of(chosen, kind));
        }
        return cases;
    }

    private static Case of(FaultyMessage message, FaultKind kind) {
        return new Case(
                message.pair() + " " + message.id() + " " + kind,
                "messages --message " + message.id() + " --fault " + kind,
                new Shape(message.flow(), Votes.ALL_YES, 2),
                TIMEOUT,
                () -> new MessageFault(message, kind));
    }
}
