package io.assent.conformance;

import io.assent.conformance.coordinator.CoordinatorConformance;
import io.assent.conformance.coordinator.CoordinatorOptions;
import io.assent.conformance.participant.ParticipantConformance;
import io.assent.conformance.participant.ParticipantOptions;
import io.assent.conformance.report.JUnitXml;
import io.assent.conformance.report.Report;
import io.assent.conformance.report.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "java -jar assent-conformance.jar",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 110,
        description = "Tells whether a participant, or a coordinator, keeps to the protocol of Assent.",
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0   every case passed",
            "  1   a case failed; the table is followed by what was said",
            "  2   wrong options",
            "  3   the run could not be carried out",
            "  4   no case failed, but some were skipped: the line SKIPPED names the option that they need"
        })
public final class ConformanceCommand implements Callable<Integer> {

    private static final int FAILED = 1;
    private static final int NOT_CARRIED_OUT = 3;
    private static final int INCOMPLETE = 4;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Target target;

    /** What is tried. */
    private static final class Target {
        @Option(
                names = "--participant",
                paramLabel = "URL",
                description = "Try the participant whose protocol endpoints are at this address, such as"
                        + " http://localhost:8082/assent/v1.")
        @Nullable
        URI participant;

        @Option(
                names = "--coordinator",
                paramLabel = "URL",
                description = "Try the coordinator at this address, without /v1. It has to allow participants at the"
                        + " address where the kit listens.")
        @Nullable
        URI coordinator;

        @Option(names = "--list", description = "Print the cases and what each checks; try nothing.")
        boolean list;
    }

    @Option(
            names = "--work",
            paramLabel = "'METHOD URL [BODY]'",
            converter = Template.class,
            description = "With --participant, mandatory: a call that works. $${unique} in URL or body stands for a key"
                    + " that is new each time. Give it several times for pieces of work that do not lock each"
                    + " other's rows.")
    private List<HttpTemplate> works = List.of();

    @Option(
            names = "--effect",
            paramLabel = "'METHOD URL'",
            converter = Template.class,
            description = "Where the work's effect can be seen. The answer contains $${unique} as often as the work was"
                    + " done; 404 is none.")
    private @Nullable HttpTemplate effect;

    @Option(
            names = "--read-only",
            paramLabel = "'METHOD URL [BODY]'",
            converter = Template.class,
            description = "A call that only reads.")
    private @Nullable HttpTemplate readOnly;

    @Option(
            names = "--refused",
            paramLabel = "'METHOD URL [BODY]'",
            converter = Template.class,
            description = "A call that the service refuses, such as one of more than there is.")
    private @Nullable HttpTemplate refused;

    @Option(
            names = "--restart",
            paramLabel = "COMMAND",
            description = "A shell command that kills the participant (kill -9), starts it again and returns when it is"
                    + " ready.")
    private @Nullable String restart;

    @Option(
            names = "--listen",
            paramLabel = "[HOST:]PORT",
            converter = Address.class,
            description = "Where the kit listens. With --participant: as the coordinator that the participant has been"
                    + " configured to ask. With --coordinator: as participants (default: 127.0.0.1 and a free"
                    + " port).")
    private @Nullable InetSocketAddress listen;

    @Option(
            names = "--header",
            paramLabel = "'NAME: VALUE'",
            description = "Sent with every request, such as credentials.")
    private List<String> headers = List.of();

    @Option(
            names = "--patience",
            paramLabel = "DURATION",
            converter = Seconds.class,
            defaultValue = "30s",
            description = "How long the other side may take for what it does by itself (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Duration patience;

    @Option(names = "--only", paramLabel = "CASE", split = ",", description = "Run these cases only.")
    private Set<String> only = Set.of();

    @Option(names = "--junit", paramLabel = "FILE", description = "Write the results as JUnit XML, too.")
    private @Nullable Path junit;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Ends the process. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new ConformanceCommand()).setExecutionExceptionHandler((e, command, parsed) -> {
            if (e instanceof ParameterException wrong) {
                throw wrong;
            }
            command.getErr().println("The run could not be carried out: " + e.getMessage());
            return NOT_CARRIED_OUT;
        });
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (target.list) {
            new Report("cases for participants", ParticipantConformance.catalogue()).printCatalogue(out);
            new Report("cases for coordinators", CoordinatorConformance.catalogue()).printCatalogue(out);
            return 0;
        }
        checkOnly();
        Report report = target.participant != null ? participant(target.participant) : coordinator();
        report.print(out);
        if (junit != null) {
            JUnitXml.write(report, junit);
        }
        if (report.count(Verdict.FAILED) > 0) {
            return FAILED;
        }
        return report.count(Verdict.SKIPPED) > 0 ? INCOMPLETE : 0;
    }

    private void checkOnly() {
        List<String> known = (target.participant != null
                        ? ParticipantConformance.catalogue()
                        : CoordinatorConformance.catalogue())
                .stream().map(result -> result.id()).toList();
        only.stream().filter(id -> !known.contains(id)).findFirst().ifPresent(id -> {
            throw wrong("--only: there is no case " + id + "; --list prints them");
        });
    }

    private boolean wanted(String id) {
        return only.isEmpty() || only.contains(id);
    }

    private Report participant(URI base) {
        if (works.isEmpty()) {
            throw wrong("--participant needs --work: a call that works");
        }
        if (works.stream().anyMatch(work -> !work.isUnique())) {
            throw wrong("--work needs " + HttpTemplate.PLACEHOLDER + " in its URL or body");
        }
        String command = restart;
        ParticipantOptions options = new ParticipantOptions(
                withoutSlash(base),
                works,
                readOnly,
                refused,
                effect,
                command == null ? null : () -> shell(command),
                headers(),
                patience);
        return ParticipantConformance.run(options, listen, this::wanted);
    }

    private Report coordinator() {
        InetSocketAddress address = listen == null ? new InetSocketAddress("127.0.0.1", 0) : listen;
        URI base = withoutSlash(Objects.requireNonNull(target.coordinator));
        return CoordinatorConformance.run(new CoordinatorOptions(base, address, headers(), patience), this::wanted);
    }

    private Map<String, String> headers() {
        Map<String, String> all = new LinkedHashMap<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw wrong("--header: expected 'NAME: VALUE', was: " + header);
            }
            all.put(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip());
        }
        return all;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private URI withoutSlash(URI uri) {
        if (uri.getHost() == null || !"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
            throw wrong("not an http or https address: " + uri);
        }
        return URI.create(uri.toString().replaceFirst("/+$", ""));
    }

    private void shell(String command) throws IOException, InterruptedException {
        // Its output goes to where the kit's goes; what it starts in the background must not keep a pipe open.
        Process process = new ProcessBuilder("sh", "-c", command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException("--restart took longer than 5 minutes");
        }
        if (process.exitValue() != 0) {
            throw new IOException("--restart ended with exit code " + process.exitValue());
        }
    }

    private static final class Template implements ITypeConverter<HttpTemplate> {
        @Override
        public HttpTemplate convert(String value) {
            return HttpTemplate.parse(value);
        }
    }

    private static final class Address implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String value) {
            int colon = value.lastIndexOf(':');
            int port = Integer.parseInt(value.substring(colon + 1));
            return new InetSocketAddress(colon < 0 ? "127.0.0.1" : value.substring(0, colon), port);
        }
    }

    private static final class Seconds implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            try {
                return Duration.parse("PT" + value.toUpperCase(java.util.Locale.ROOT));
            } catch (DateTimeParseException e) {
                throw new CommandLine.TypeConversionException("expected a duration such as 30s or 2m, was: " + value);
            }
        }
    }
}
