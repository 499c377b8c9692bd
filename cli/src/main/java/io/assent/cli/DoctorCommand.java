package io.assent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** What goes wrong in practice, checked. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Checks what goes wrong in practice, and says what to do about it.")
final class DoctorCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AssentCommand assent;

    @Override
    public Integer call() {
        JsonNode report = assent.api().get("/v1/doctor");
        boolean problem = false;
        Table table = new Table("check", "status", "found", "what to do");
        for (JsonNode check : report.path("items")) {
            String status = check.path("status").asString("");
            problem |= status.equals("PROBLEM");
            table.add(
                    check.path("check").asString(""),
                    status,
                    check.path("found").asString(""),
                    check.path("remedy").asString(""));
        }
        assent.out().println(assent.json() ? report.toPrettyString() : table.toString());
        return problem ? AssentCommand.WRONG : 0;
    }
}
