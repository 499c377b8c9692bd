package io.assent.demo;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code ./demo incident NAME}: something goes wrong for real, is looked at as an operator would, and mended. */
@Command(
        name = "incident",
        mixinStandardHelpOptions = true,
        description =
                "Practises an incident of docs/operations.md: makes it happen, shows what an operator sees, waits for"
                        + " Enter, mends it, and adds up. Has data of its own, which is deleted at the start.")
final class IncidentCommand implements Callable<Integer> {

    private static final String ALL = "all";
    private static final List<Incident> INCIDENTS =
            List.of(new RollbackPreparedIncident(), new PaymentDiskLostIncident(), new StandbyGoneIncident());

    /** Candidates for help and completion. */
    static final class Names implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            List<String> names =
                    new ArrayList<>(INCIDENTS.stream().map(Incident::name).toList());
            names.add(ALL);
            return names.iterator();
        }
    }

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli before call()
    private DemoCommand demo;

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = Names.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private String name = "";

    @Option(names = "--once", description = "Do not wait for Enter before it is mended. So it is without a terminal.")
    private boolean once;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call()
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<Incident> chosen = INCIDENTS.stream()
                .filter(incident -> name.equals(ALL) || name.equals(incident.name()))
                .toList();
        if (chosen.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "There is no incident " + name + ", but " + String.join(", ", new Names()));
        }
        CommonOptions options = demo.options();
        if (options.withStock || options.allKinds) {
            throw new ParameterException(
                    spec.commandLine(), "Incidents are without --with-stock and --all-kinds: two services are enough");
        }
        options.forIncidents(chosen.stream().anyMatch(Incident::replicated));
        try (Session session = Session.start(options);
                ShopClient shop = new ShopClient(session.system(), 4);
                BufferedReader person =
                        new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()))) {
            boolean held = true;
            for (Incident incident : chosen) {
                held &= walk(incident, session, shop, person);
            }
            return held ? DemoCommand.HELD : DemoCommand.NOT_HELD;
        }
    }

    private boolean walk(Incident incident, Session session, ShopClient shop, BufferedReader person) throws Exception {
        Screen screen = session.screen();
        screen.idle();
        screen.print("");
        screen.print(incident.name() + ": " + incident.title());
        screen.print("   The commands below can be pasted after this one:");
        screen.print(
                "   $ KEY=\"Authorization: Bearer $(cat '" + session.system().operatorKeyFile() + "')\"");
        Checkouts checkouts = new Checkouts(session.system(), shop, screen, incident.name());
        String customer = checkouts
                .openAccounts(checkouts.neededPence(checkouts.product()))
                .rich();
        Before before = Before.read(session.system());
        WalkThrough walk = new WalkThrough(
                incident.name(), session, shop, checkouts, customer, person, !once && screen.terminal());
        incident.walk(walk);
        List<Sums.Check> checks = walk.checks();
        screen.table(
                incident.title(),
                List.of("What must be seen", "Found", "Expected", "Holds"),
                DemoCommand.cells(checks));
        boolean held = DemoCommand.addUp(session.system(), shop, screen, before);
        return held && checks.stream().allMatch(Sums.Check::holds);
    }
}
