package io.assent.chaos.bank;

import io.assent.chaos.bank.FaultSchedule.Amount;
import io.assent.chaos.bank.FaultSchedule.Kind;
import io.assent.chaos.checker.Report;
import io.assent.chaos.proxy.FaultProxy;
import io.assent.chaos.system.BankKind;
import io.assent.chaos.system.BankSystem;
import io.assent.chaos.system.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** {@code ./chaos processes}: the bank test with real processes. */
@Command(
        name = "processes",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Kills, pauses and cuts off coordinators, banks and their PostgreSQL servers while clients transfer"
                    + " money, then checks every invariant.",
            "Ends with 0 if none was violated, 1 if one was, 2 for wrong options, 3 if it could not be carried out."
        })
public final class ProcessesCommand extends BankCommand {

    private static final Duration LONGEST = Duration.ofSeconds(8);
    private static final long MOST = 1_000_000;

    @Option(names = "--kills", paramLabel = "N", description = "How many processes are killed (default: 25).")
    private @Nullable Long kills;

    @Option(names = "--pauses", paramLabel = "N", description = "How many are paused (default: a fifth of the kills).")
    private @Nullable Long pauses;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "How often processes are cut off from each other (default: a fifth of the kills).")
    private @Nullable Long partitions;

    @Option(
            names = "--together",
            paramLabel = "P",
            defaultValue = "0.2",
            description = "Chance that a kill or pause hits one more process, 0 to 1; three at most (default: 0.2).")
    private double together;

    @Option(names = "--hours", paramLabel = "H", description = "Break things for so many hours instead, such as 0.5.")
    private @Nullable Double hours;

    @Option(
            names = "--invoices",
            paramLabel = "FILE",
            description =
                    "Transfer the invoices of this CSV file instead of random amounts: each from its customer to the shop, cancellations back.")
    private @Nullable Path invoices;

    @Option(
            names = "--kinds",
            paramLabel = "KIND",
            split = ",",
            description = {
                "How each bank takes part, in place of --banks and --late: ${COMPLETION-CANDIDATES}, or all for one of each."
                        + " Such as early,late,jta,tcc; see docs/kinds.md.",
            },
            completionCandidates = KindNames.class)
    private @Nullable List<String> kinds;

    /** What {@code --kinds} takes, beside all. */
    static final class KindNames extends ArrayList<String> {
        KindNames() {
            super(Arrays.stream(BankKind.values())
                    .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                    .toList());
        }
    }

    private @Nullable FaultInjector injector;

    @Override
    List<BankKind> kinds() {
        if (kinds == null) {
            return super.kinds();
        }
        if (kinds.equals(List.of("all"))) {
            return List.of(BankKind.values());
        }
        List<String> known = new KindNames();
        for (String kind : kinds) {
            if (!known.contains(kind)) {
                throw usage("--kinds: " + kind + " is none of " + String.join(", ", known));
            }
        }
        return kinds.stream()
                .map(kind -> BankKind.valueOf(kind.toUpperCase(Locale.ROOT)))
                .toList();
    }

    @Override
    String repeatKinds() {
        return kinds == null ? super.repeatKinds() : "--kinds " + String.join(",", kinds);
    }

    @Override
    void check() {
        if (kinds != null) {
            ParseResult given = spec.commandLine().getParseResult();
            if (given.hasMatchedOption("--banks") || given.hasMatchedOption("--late")) {
                throw usage("--kinds says how many banks there are and how they prepare: leave out --banks and --late");
            }
            requireRange("--kinds: the number of banks", kinds().size(), 2, 9);
            if (Plans.initiators(kinds()).isEmpty()) {
                throw usage("--kinds: at least one bank must be of a kind that begins transfers");
            }
        }
        if (hours != null && (kills != null || pauses != null || partitions != null)) {
            throw usage("--hours says how long; --kills, --pauses and --partitions how much: give one of them");
        }
        if (hours != null && !(hours > 0 && hours <= 1_000)) {
            throw usage("--hours must be above 0 and at most 1000");
        }
        if (!(together >= 0 && together <= 1)) {
            throw usage("--together must be 0 to 1");
        }
        requireRange("--kills", amount().kills(), 0, MOST);
        requireRange("--pauses", amount().pauses(), 0, MOST);
        requireRange("--partitions", amount().partitions(), 0, MOST);
    }

    @Override
    BankSystem.Options system(BankSystem.Options options) {
        return options;
    }

    @Override
    Plans plans(long chosen) throws IOException {
        if (invoices == null) {
            return super.plans(chosen);
        }
        List<String> names = Plans.banks(kinds().size());
        if (!Files.isRegularFile(invoices)) {
            throw usage("--invoices: there is no file " + invoices);
        }
        try {
            InvoicePlans plans = InvoicePlans.read(invoices, names, Plans.initiators(kinds()));
            spec.commandLine()
                    .getOut()
                    .println(plans.size() + " invoices move money, " + plans.skipped() + " amount to nothing");
            return plans;
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    @Override
    Breaker breaker(BankSystem system, OrderTrace links, long chosen) {
        FaultInjector made = new FaultInjector(
                system.nodes(),
                links.all(),
                new FaultSchedule(
                        new Random(chosen).nextLong(),
                        system.nodes().stream().map(Node::name).toList(),
                        links.all().stream().map(FaultProxy::name).toList(),
                        amount()),
                chosen);
        injector = made;
        return made;
    }

    private Amount amount() {
        if (hours != null) {
            return new Amount(MOST, MOST / 5, MOST / 5, LONGEST, together);
        }
        long wanted = kills != null ? kills : 25;
        return new Amount(
                wanted,
                pauses != null ? pauses : wanted / 5,
                partitions != null ? partitions : wanted / 5,
                LONGEST,
                together);
    }

    @Override
    @Nullable
    Instant until() {
        return hours == null ? null : Instant.now().plusMillis((long) (hours * 3_600_000));
    }

    @Override
    boolean endsWithPlans() {
        return invoices != null;
    }

    @Override
    String repeat() {
        Amount amount = amount();
        String faults = hours != null
                ? "--hours " + hours
                : "--kills " + amount.kills() + " --pauses " + amount.pauses() + " --partitions " + amount.partitions();
        return faults + " --together " + together + (invoices == null ? "" : " --invoices " + invoices);
    }

    @Override
    List<String[]> rows(Report report) {
        long lost = injector == null ? 0 : injector.lostVolumes();
        return List.of(
                row("processes killed", number(report.faults().getOrDefault(Kind.KILL.name(), 0L))),
                row("of these without their object store afterwards", number(lost)),
                row("processes paused", number(report.faults().getOrDefault(Kind.PAUSE.name(), 0L))),
                row("partitions", number(report.faults().getOrDefault(Kind.PARTITION.name(), 0L))));
    }
}
