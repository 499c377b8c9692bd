package io.assent.coordinator.log;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The ids of one partition, by the time in them.
 *
 * @param from of the first id, in whole seconds
 * @param until after the last id, in whole seconds
 */
record PartitionRange(Instant from, Instant until) {

    private static final String PREFIX = "assent_transaction_";
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuuMMddHHmmss");
    /** How long before an id can be used its partition is there, at least. */
    private static final Duration LEAST_LEAD = Duration.ofMinutes(10);

    PartitionRange {
        if (!from.isBefore(until)) {
            throw new IllegalArgumentException("a partition from " + from + " until " + until);
        }
    }

    /**
     * Which partitions have to be made now. They follow each other without a gap. The first one of a new log takes all that
     * may still be written, and one after a pause of all coordinators takes the whole pause.
     *
     * @param madeUntil where the last partition ends; {@link Instant#EPOCH} if there is none
     */
    static List<PartitionRange> missing(Instant madeUntil, Instant now, LogProperties properties) {
        Duration width = properties.partitionWidth();
        Duration lead = longest(LEAST_LEAD, width, properties.cleanupInterval().multipliedBy(2));
        Instant enough = now.plus(LogProperties.CLOCK_MARGIN).plus(lead);
        Instant from = madeUntil.equals(Instant.EPOCH)
                ? floor(now.minus(properties.retention()).minus(LogProperties.CLOCK_MARGIN), width)
                : madeUntil;
        List<PartitionRange> missing = new ArrayList<>();
        while (from.isBefore(enough)) {
            Instant latest = from.isBefore(now) ? now : from;
            PartitionRange next = new PartitionRange(from, floor(latest, width).plus(width));
            missing.add(next);
            from = next.until();
        }
        return missing;
    }

    /** The range that a table's name tells; empty if it is not the name of a partition. */
    static Optional<PartitionRange> of(String table) {
        String[] ends =
                table.startsWith(PREFIX) ? table.substring(PREFIX.length()).split("_", -1) : new String[0];
        if (ends.length != 2) {
            return Optional.empty();
        }
        try {
            return Optional.of(new PartitionRange(instant(ends[0]), instant(ends[1])));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** The name of its table; nothing in it has to be quoted. */
    String table() {
        return PREFIX + text(from) + "_" + text(until);
    }

    /** Whether all its ids lie below the horizon, whatever the clock of a server that is promoted later says (R9). */
    boolean expired(Instant now, LogProperties properties) {
        return !until.isAfter(now.minus(properties.retention()).minus(LogProperties.CLOCK_MARGIN));
    }

    UUID first() {
        return smallest(from);
    }

    UUID end() {
        return smallest(until);
    }

    /** The smallest id that can be made at a time. */
    static UUID smallest(Instant time) {
        return new UUID(time.toEpochMilli() << 16, 0);
    }

    private static Instant floor(Instant time, Duration width) {
        long seconds = time.getEpochSecond();
        return Instant.ofEpochSecond(seconds - Math.floorMod(seconds, width.toSeconds()));
    }

    private static Duration longest(Duration a, Duration b, Duration c) {
        Duration longer = a.compareTo(b) > 0 ? a : b;
        return longer.compareTo(c) > 0 ? longer : c;
    }

    private static String text(Instant time) {
        return SECONDS.format(LocalDateTime.ofInstant(time, ZoneOffset.UTC));
    }

    private static Instant instant(String text) {
        return LocalDateTime.parse(text, SECONDS).toInstant(ZoneOffset.UTC);
    }
}
