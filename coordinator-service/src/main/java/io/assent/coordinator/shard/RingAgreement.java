package io.assent.coordinator.shard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether the configured ring is the one that the logs know. Two instances with different rings could decide one transaction
 * in two logs; so each log records the ring, and refuses what does not fit.
 *
 * <p>A member is added in three steps, each of which may be repeated: every log records it; once all have, every log is
 * looked at again; then every log confirms it. Nothing is decided in a member before it is confirmed. Why no transaction is
 * decided in two logs, with instances of the old ring at work meanwhile, and wherever this stops:
 *
 * <ul>
 *   <li>the two rings differ only in ids made from {@code since} on, and confirmed is only what all logs hold;
 *   <li>a log that holds a member decides no id from its {@code since} on for an instance that does not know it: the
 *       statement that decides compares, so neither a clock nor a pause matters;
 *   <li>before it held it, it decided only ids made at most five minutes ahead of its clock (R9), and {@code since} lies
 *       further ahead than that when it is confirmed, by the clock of every log. A clock that was wrong before is noticed: no
 *       log records a member if it holds a transaction of its time;
 *   <li>what is recorded and was never confirmed stops instances of the old ring at {@code since}, and nothing else.
 * </ul>
 */
public final class RingAgreement {

    /** How far ahead {@code since} of a new member must lie when it is first configured. */
    public static final Duration LEAD = Duration.ofMinutes(10);

    /** And when it is confirmed: five minutes that ids may lie ahead, and one for statements that had begun. */
    static final Duration LEAST_LEAD = Duration.ofMinutes(6);

    private RingAgreement() {}

    /**
     * What a log holds of the ring.
     *
     * @param name its own; null: it was never opened
     * @param entries the members, by name
     * @param now its clock
     */
    public record Recorded(@Nullable String name, Map<String, Entry> entries, Instant now) {

        public Recorded {
            entries = Map.copyOf(entries);
        }
    }

    /**
     * A member as a log holds it.
     *
     * @param since as in {@link Ring.Member}
     * @param confirmed all logs of the ring hold it
     */
    public record Entry(@Nullable Instant since, boolean confirmed) {}

    /**
     * Whether an instance with this ring may work on this log.
     *
     * @param name the log's, as configured
     * @return what ends this some day: a member that is not configured and not yet due; null: nothing
     * @throws RingConflictException if it must not
     */
    public static @Nullable String check(Ring ring, String name, Recorded recorded) {
        if (recorded.name() == null) {
            throw new RingConflictException("the log at the address of " + name
                    + " was never opened, or has lost what it" + " recorded. Look whether the address is right");
        }
        if (!recorded.name().equals(name)) {
            throw new RingConflictException("the log at the address of " + name + " is the log " + recorded.name()
                    + ". Look whether addresses were swapped; a log keeps its name");
        }
        @Nullable String upcoming = null;
        for (Map.Entry<String, Entry> known : new TreeMap<>(recorded.entries()).entrySet()) {
            Instant since = known.getValue().since();
            Optional<Ring.Member> configured = ring.members().stream()
                    .filter(member -> member.name().equals(known.getKey()))
                    .findFirst();
            if (configured.isPresent()) {
                if (!Objects.equals(configured.get().since(), since)) {
                    throw new RingConflictException("log " + name + " has recorded that log " + known.getKey()
                            + " takes part " + from(since) + ", and is configured with "
                            + from(configured.get().since()) + ". That never changes");
                }
            } else if (since == null || !since.isAfter(recorded.now())) {
                throw new RingConflictException("log " + name + " has recorded that log " + known.getKey()
                        + " takes part " + from(since) + ", and this instance is not configured with it. A log is never"
                        + " taken away: configure it as the other instances have it");
            } else {
                upcoming = "log " + name + " has recorded a log " + known.getKey() + " that takes part " + from(since)
                        + ". From then on this instance decides nothing unless it is configured with it";
            }
        }
        return upcoming;
    }

    /**
     * Looks at all logs together, before any is opened.
     *
     * @param looks what each log that can be reached holds
     * @param unreachable why each of the others cannot be
     * @return whether something has to be recorded or confirmed
     * @throws RingConflictException if the ring does not fit what the logs hold
     */
    public static boolean changes(Ring ring, Map<String, Recorded> looks, Map<String, String> unreachable) {
        looks.forEach((name, look) -> {
            if (look.name() != null) {
                check(ring, name, look);
            }
        });
        looks.forEach((name, look) -> {
            if (look.name() == null && confirmedAnywhere(name, looks)) {
                throw new RingConflictException("log " + name + " is in use, but the database at its address is empty."
                        + " Correct the address, or restore the log; a new one cannot take its place");
            }
        });
        boolean changes = false;
        for (Ring.Member member : ring.members()) {
            List<Map.Entry<String, Recorded>> without = looks.entrySet().stream()
                    .filter(look -> !confirmed(member.name(), look.getValue()))
                    .toList();
            if (without.isEmpty()) {
                continue;
            }
            changes = true;
            // Confirmed elsewhere: the steps were interrupted, or this log was restored. Whoever confirmed it saw it in
            // all.
            if (!confirmedAnywhere(member.name(), looks)) {
                mayBeAdded(member, looks, unreachable);
            }
        }
        return changes;
    }

    /** The members that no log has confirmed. */
    public static List<String> added(Ring ring, Map<String, Recorded> looks) {
        return ring.names().stream()
                .filter(member -> !confirmedAnywhere(member, looks))
                .toList();
    }

    private static void mayBeAdded(Ring.Member added, Map<String, Recorded> looks, Map<String, String> unreachable) {
        if (!unreachable.isEmpty()) {
            throw new RingConflictException("log " + added.name() + " is new, and not every log can record that now: "
                    + new TreeMap<>(unreachable) + ". A log is added only while all can be reached");
        }
        Instant since = added.since();
        boolean inUse = looks.values().stream()
                .anyMatch(look -> look.entries().values().stream().anyMatch(Entry::confirmed));
        if (since == null) {
            if (inUse) {
                throw new RingConflictException(
                        "log " + added.name() + " is new beside logs that are in use, and has no"
                                + " since. Set it to a time at least " + LEAD.toMinutes() + " minutes ahead, so that no"
                                + " transaction moves");
            }
            return;
        }
        looks.forEach((name, look) -> {
            Duration lead = look.entries().containsKey(added.name()) ? LEAST_LEAD : LEAD;
            if (since.isBefore(look.now().plus(lead))) {
                throw new RingConflictException("log " + added.name() + " is new and takes part " + from(since)
                        + "; it is " + look.now() + " in log " + name + ". Set since to a time at least "
                        + LEAD.toMinutes() + " minutes ahead, so that no transaction moves"
                        + (look.entries().containsKey(added.name())
                                ? "; it was recorded, never confirmed and never used: first remove it in every log that has"
                                        + " it (delete from assent_log_ring where name = '" + added.name() + "')"
                                : ""));
            }
        });
    }

    /**
     * Whether every log may confirm: all of the ring was recorded, in each.
     *
     * @param looks after everything was recorded, of all logs that have recorded it
     * @param unreachable why each of the others could not be, or could not record it
     * @throws RingConflictException if not
     */
    public static void complete(Ring ring, Map<String, Recorded> looks, Map<String, String> unreachable) {
        looks.forEach((name, look) -> {
            check(ring, name, look);
            ring.names().stream()
                    .filter(member -> !look.entries().containsKey(member))
                    .findFirst()
                    .ifPresent(member -> {
                        throw new RingConflictException("log " + name + " has not recorded log " + member);
                    });
        });
        changes(ring, looks, unreachable);
    }

    private static boolean confirmedAnywhere(String member, Map<String, Recorded> looks) {
        return looks.values().stream().anyMatch(look -> confirmed(member, look));
    }

    private static boolean confirmed(String member, Recorded look) {
        Entry entry = look.entries().get(member);
        return entry != null && entry.confirmed();
    }

    private static String from(@Nullable Instant since) {
        return since == null ? "from the first transaction on" : "since " + since;
    }
}
