package io.assent.coordinator.web;

import static io.assent.protocol.wire.ProblemType.BRANCH_CONFLICT;
import static io.assent.protocol.wire.ProblemType.BRANCH_LIMIT;
import static io.assent.protocol.wire.ProblemType.BRANCH_SET_CONFLICT;
import static io.assent.protocol.wire.ProblemType.DECISION_FINAL;
import static io.assent.protocol.wire.ProblemType.DECISION_LOG_UNAVAILABLE;
import static io.assent.protocol.wire.ProblemType.DUPLICATE_MEMBER;
import static io.assent.protocol.wire.ProblemType.FORBIDDEN;
import static io.assent.protocol.wire.ProblemType.INTERNAL_ERROR;
import static io.assent.protocol.wire.ProblemType.INVALID_VALUE;
import static io.assent.protocol.wire.ProblemType.MALFORMED_REQUEST;
import static io.assent.protocol.wire.ProblemType.NOT_ACCEPTABLE;
import static io.assent.protocol.wire.ProblemType.NOT_FOUND;
import static io.assent.protocol.wire.ProblemType.OUTCOME_UNKNOWN;
import static io.assent.protocol.wire.ProblemType.OVERLOADED;
import static io.assent.protocol.wire.ProblemType.PARTICIPANT_NOT_ALLOWED;
import static io.assent.protocol.wire.ProblemType.PAYLOAD_TOO_LARGE;
import static io.assent.protocol.wire.ProblemType.RATE_LIMITED;
import static io.assent.protocol.wire.ProblemType.TRANSACTION_CLOSED;
import static io.assent.protocol.wire.ProblemType.TRANSACTION_CONFLICT;
import static io.assent.protocol.wire.ProblemType.TRANSACTION_NOT_FOUND;
import static io.assent.protocol.wire.ProblemType.TRANSACTION_ROLLED_BACK;
import static io.assent.protocol.wire.ProblemType.TRANSACTION_TOO_OLD;
import static io.assent.protocol.wire.ProblemType.UNAUTHORIZED;
import static io.assent.protocol.wire.ProblemType.UNKNOWN_FIELD;
import static io.assent.protocol.wire.ProblemType.UNSUPPORTED_MEDIA_TYPE;

import io.assent.coordinator.operations.LogStatus;
import io.assent.coordinator.operations.ParticipantsView;
import io.assent.coordinator.operations.Rotation;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionState;
import io.assent.protocol.doctor.Report;
import io.assent.protocol.wire.BeginRequest;
import io.assent.protocol.wire.BeginResponse;
import io.assent.protocol.wire.CommitRequest;
import io.assent.protocol.wire.CommitsRequest;
import io.assent.protocol.wire.CommitsResponse;
import io.assent.protocol.wire.EnlistRequest;
import io.assent.protocol.wire.InquiryRequest;
import io.assent.protocol.wire.InquiryResponse;
import io.assent.protocol.wire.InstancesResponse;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.ResolutionRequest;
import io.assent.protocol.wire.RollbackRequest;
import io.assent.protocol.wire.SearchResponse;
import io.assent.protocol.wire.TransactionView;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.ArraySchema;
import io.swagger.v3.oas.models.media.ComposedSchema;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The OpenAPI document. springdoc finds the calls; what they mean, take and answer is written here in one table, so that
 * the controller stays readable.
 */
@Configuration(proxyBeanMethods = false)
class ApiDocumentation {

    static {
        // Bodies are described below; without this they would be taken for query parameters.
        SpringDocUtils.getConfig().addAnnotationsToIgnore(Body.class);
    }

    private static final String ID = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b";
    private static final String REF = "assent:payment-service:" + ID + ":1:Zm9vYmFyYmF6cXV4";
    private static final String TOKEN = "nU9tWq3bX0eYk7RzLh2cVA";
    private static final String FULL_BRANCH =
            "{\"branch\": \"1\", \"participant\": \"payment-service\", \"url\": \"http://payment:8082/assent/v1\","
                    + " \"ref\": \"" + REF + "\", \"vote\": \"PREPARED\"}";

    private static final Set<String> OF_THEIR_OWN = Set.of("instances", "participants", "doctor");

    /** Refused at the door when too much is under way. */
    private static final Set<String> ADMITTED = Set.of("begin", "commit", "commits");

    /** What services send: too many of one are refused. */
    private static final Set<String> LIMITED = Set.of("begin", "enlist", "commit", "commits", "rollback", "inquire");

    /** Answered later, and that they are unknown if that takes too long. */
    private static final Set<String> WAITING = Set.of(
            "begin",
            "enlist",
            "commit",
            "commits",
            "rollback",
            "resolve",
            "retry",
            "settle",
            "find",
            "inquire",
            "reconcile",
            "reconcileNamed");

    private record Call(
            String path,
            boolean post,
            String id,
            String summary,
            @Nullable Class<?> request,
            Map<String, String> examples,
            Map<Integer, String> successes,
            Class<?> response,
            List<ProblemType> problems) {}

    private static final List<Call> CALLS = List.of(
            new Call(
                    "/v1/transactions",
                    true,
                    "begin",
                    "Begins a transaction. Repeating it with the same id and equal content is harmless.",
                    BeginRequest.class,
                    Map.of("plain", "{\"name\": \"checkout\", \"timeout\": \"PT30S\"}"),
                    Map.of(201, "Begun; its address is in Location, and token is what its participants need to enlist"),
                    BeginResponse.class,
                    List.of(TRANSACTION_CONFLICT, TRANSACTION_TOO_OLD, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/transactions/{id}/branches",
                    true,
                    "enlist",
                    "Enlists a branch, durably. A participant does this before it prepares.",
                    EnlistRequest.class,
                    Map.of("plain", FULL_BRANCH.replace("PREPARED\"}", "PENDING\", \"token\": \"" + TOKEN + "\"}")),
                    Map.of(201, "Enlisted", 200, "Enlisted before with equal data, or its vote was added"),
                    TransactionView.class,
                    List.of(
                            BRANCH_CONFLICT,
                            TRANSACTION_CLOSED,
                            BRANCH_LIMIT,
                            PARTICIPANT_NOT_ALLOWED,
                            TRANSACTION_NOT_FOUND,
                            TRANSACTION_TOO_OLD,
                            DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/transactions/{id}/commit",
                    true,
                    "commit",
                    "Commits: asks for missing votes, decides, orders every branch to commit. Repeating it is harmless.",
                    CommitRequest.class,
                    Map.of(
                            "begun",
                            "{\"branches\": [\"1\", \"2\"]}",
                            "collected",
                            "{\"name\": \"checkout\", \"deadline\": \"2026-01-31T12:00:30Z\", \"branches\": ["
                                    + FULL_BRANCH + "]}"),
                    Map.of(
                            200,
                            "Committed, and every branch has acknowledged",
                            202,
                            "COMMIT is decided and stands; a branch has not acknowledged yet, or has ended heuristically (then the outcome says so)"),
                    TransactionView.class,
                    List.of(
                            TRANSACTION_ROLLED_BACK,
                            BRANCH_SET_CONFLICT,
                            TRANSACTION_CONFLICT,
                            PARTICIPANT_NOT_ALLOWED,
                            BRANCH_LIMIT,
                            TRANSACTION_NOT_FOUND,
                            TRANSACTION_TOO_OLD,
                            OUTCOME_UNKNOWN,
                            DECISION_LOG_UNAVAILABLE,
                            OVERLOADED)),
            new Call(
                    "/v1/commits",
                    true,
                    "commits",
                    "Commits up to 256 transactions of one initiator process; each succeeds or fails alone.",
                    CommitsRequest.class,
                    Map.of(
                            "collected",
                            "{\"commits\": [{\"transaction\": \"" + ID
                                    + "\", \"deadline\": \"2026-01-31T12:00:30Z\", \"branches\": [" + FULL_BRANCH
                                    + "]}]}"),
                    Map.of(200, "One result per commit, in the order of the request"),
                    CommitsResponse.class,
                    List.of()),
            new Call(
                    "/v1/transactions/{id}/rollback",
                    true,
                    "rollback",
                    "Rolls back, unless COMMIT was decided before. Repeating it is harmless.",
                    RollbackRequest.class,
                    Map.of("plain", "{\"reason\": \"out of stock\"}"),
                    Map.of(
                            200,
                            "Rolled back, and every branch has acknowledged",
                            202,
                            "ROLLBACK is decided and stands"),
                    TransactionView.class,
                    List.of(
                            DECISION_FINAL,
                            TRANSACTION_CONFLICT,
                            PARTICIPANT_NOT_ALLOWED,
                            TRANSACTION_TOO_OLD,
                            OUTCOME_UNKNOWN,
                            DECISION_LOG_UNAVAILABLE,
                            OVERLOADED)),
            new Call(
                    "/v1/transactions/{id}/resolution",
                    true,
                    "resolve",
                    "An operator closes a transaction of which a branch has ended against the decision.",
                    ResolutionRequest.class,
                    Map.of("plain", "{\"reason\": \"refunded by hand, ticket 4711\"}"),
                    Map.of(200, "Complete, with its heuristic outcome"),
                    TransactionView.class,
                    List.of(TRANSACTION_CONFLICT, TRANSACTION_NOT_FOUND, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/transactions/{id}/retry",
                    true,
                    "retry",
                    "An operator wants the orders that are not acknowledged to be tried now. Repeating it is harmless.",
                    ResolutionRequest.class,
                    Map.of("plain", "{\"reason\": \"the payment database is back, ticket 4711\"}"),
                    Map.of(200, "The decided transaction as it was; the orders are on their way"),
                    TransactionView.class,
                    List.of(TRANSACTION_CONFLICT, TRANSACTION_NOT_FOUND, DECISION_LOG_UNAVAILABLE, OVERLOADED)),
            new Call(
                    "/v1/log-status",
                    false,
                    "logStatus",
                    "How the decision logs are: mode, primary, standbys and how far they are behind, epoch, partitions, batches.",
                    null,
                    Map.of(),
                    Map.of(200, "One item for each log; primary is missing where its server could not be asked"),
                    LogStatus.Status.class,
                    List.of()),
            new Call(
                    "/v1/instance",
                    false,
                    "instance",
                    "Whether the instance that is asked is in rotation, and how much it works on.",
                    null,
                    Map.of(),
                    Map.of(200, "ACCEPTING, or DRAINING since when and why"),
                    Rotation.View.class,
                    List.of()),
            new Call(
                    "/v1/instance/drain",
                    true,
                    "drain",
                    "An operator takes the instance that is asked out of rotation: it is not ready and takes nothing over, but"
                            + " answers whoever asks. Repeating it is harmless.",
                    ResolutionRequest.class,
                    Map.of("plain", "{\"reason\": \"the node gets a new kernel\"}"),
                    Map.of(200, "DRAINING"),
                    Rotation.View.class,
                    List.of()),
            new Call(
                    "/v1/instance/resume",
                    true,
                    "resume",
                    "An operator takes the instance that is asked back into rotation. Repeating it is harmless.",
                    ResolutionRequest.class,
                    Map.of("plain", "{\"reason\": \"the node is back\"}"),
                    Map.of(200, "ACCEPTING"),
                    Rotation.View.class,
                    List.of()),
            new Call(
                    "/v1/transactions/{id}",
                    false,
                    "find",
                    "Shows a transaction and what happened in it. Writes nothing.",
                    null,
                    Map.of(),
                    Map.of(200, "The transaction with its branches and timeline"),
                    TransactionView.class,
                    List.of(TRANSACTION_NOT_FOUND, TRANSACTION_TOO_OLD, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/transactions",
                    false,
                    "search",
                    "Lists transactions, newest first.",
                    null,
                    Map.of(),
                    Map.of(200, "A page; its cursor asks for the next one. Incomplete if missingLogs is there"),
                    SearchResponse.class,
                    List.of(DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/transactions/{id}/decision",
                    true,
                    "settle",
                    "An operator decides a transaction that is held since the decision log was restored.",
                    SettlementRequest.class,
                    Map.of(
                            "plain",
                            "{\"decision\": \"COMMIT\", \"reason\": \"payment has committed it\", \"branches\": ["
                                    + FULL_BRANCH + "]}"),
                    Map.of(200, "Decided; the orders follow at once"),
                    TransactionView.class,
                    List.of(
                            TRANSACTION_CONFLICT,
                            TRANSACTION_NOT_FOUND,
                            PARTICIPANT_NOT_ALLOWED,
                            DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/logs",
                    false,
                    "logs",
                    "Lists the decision logs among which transactions are spread. Mostly there is one, called main.",
                    null,
                    Map.of(),
                    Map.of(200, "As configured, and whether this instance can decide in each"),
                    LogsView.class,
                    List.of()),
            new Call(
                    "/v1/logs/{log}",
                    false,
                    "logNamed",
                    "Shows the lives of one of several decision logs.",
                    null,
                    Map.of(),
                    Map.of(200, "The epochs, the latest first"),
                    LogView.class,
                    List.of(NOT_FOUND, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/logs/{log}/epochs",
                    true,
                    "restoredNamed",
                    "An operator says that one of several decision logs was restored in a way that cannot be noticed.",
                    ResolutionRequest.class,
                    Map.of("plain", "{\"reason\": \"disk snapshot of 03:00, ticket 4711\"}"),
                    Map.of(200, "The epochs, the new one first"),
                    LogView.class,
                    List.of(NOT_FOUND, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/logs/{log}/epochs/{epoch}/completion",
                    true,
                    "completeNamed",
                    "An operator says that one of several decision logs is complete, and ends the hold of an epoch.",
                    ResolutionRequest.class,
                    Map.of("plain", "{\"reason\": \"compared with every participant, ticket 4711\"}"),
                    Map.of(200, "The epochs, the latest first"),
                    LogView.class,
                    List.of(NOT_FOUND, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/log",
                    false,
                    "log",
                    "Shows the lives of the only decision log, and whether transactions are held after it was restored.",
                    null,
                    Map.of(),
                    Map.of(200, "The epochs, the latest first"),
                    LogView.class,
                    List.of(NOT_FOUND, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/log/reconciliation",
                    false,
                    "reconcile",
                    "Compares the transactions that are held since the decision log was restored with what participants show of them.",
                    null,
                    Map.of(),
                    Map.of(
                            200,
                            "What a person has to decide, and a body for each decision; next asks for the next page"),
                    ReconciliationView.class,
                    List.of(NOT_FOUND, PARTICIPANT_NOT_ALLOWED, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/logs/{log}/reconciliation",
                    false,
                    "reconcileNamed",
                    "Compares what is held in one of several decision logs since it was restored with what participants show of it.",
                    null,
                    Map.of(),
                    Map.of(
                            200,
                            "What a person has to decide, and a body for each decision; next asks for the next page"),
                    ReconciliationView.class,
                    List.of(NOT_FOUND, PARTICIPANT_NOT_ALLOWED, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/log/epochs",
                    true,
                    "restored",
                    "An operator says that the decision log was restored in a way that cannot be noticed.",
                    ResolutionRequest.class,
                    Map.of("plain", "{\"reason\": \"disk snapshot of 03:00, ticket 4711\"}"),
                    Map.of(200, "The epochs, the new one first"),
                    LogView.class,
                    List.of(NOT_FOUND, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/log/epochs/{epoch}/completion",
                    true,
                    "complete",
                    "An operator says that the decision log is complete, and ends the hold of an epoch.",
                    ResolutionRequest.class,
                    Map.of("plain", "{\"reason\": \"compared with every participant, ticket 4711\"}"),
                    Map.of(200, "The epochs, the latest first"),
                    LogView.class,
                    List.of(NOT_FOUND, DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/inquiries",
                    true,
                    "inquire",
                    "A participant asks what became of its branches in doubt. After the deadline the question itself rolls back.",
                    InquiryRequest.class,
                    Map.of(
                            "plain",
                            "{\"participant\": \"payment-service\", \"branches\": [{\"transaction\": \"" + ID
                                    + "\", \"branch\": \"1\", \"ref\": \"" + REF
                                    + "\", \"deadline\": \"2026-01-31T12:00:30Z\"}]}"),
                    Map.of(200, "COMMIT, ROLLBACK, UNDECIDED (ask again) or FORGOTTEN (hold it and call a person)"),
                    InquiryResponse.class,
                    List.of(DECISION_LOG_UNAVAILABLE)),
            new Call(
                    "/v1/instances",
                    false,
                    "instances",
                    "Lists the coordinator instances on this decision log. All are equal; nothing depends on this list.",
                    null,
                    Map.of(),
                    Map.of(200, "As this instance last read it, a heartbeat ago, or longer while the log is away"),
                    InstancesResponse.class,
                    List.of()),
            new Call(
                    "/v1/participants",
                    false,
                    "participants",
                    "Lists the participants that this instance calls: whether they answer, and what they have not acknowledged.",
                    null,
                    Map.of(),
                    Map.of(
                            200,
                            "Circuits, calls and errors as this instance has them; unacknowledged as the logs have it"),
                    ParticipantsView.class,
                    List.of()),
            new Call(
                    "/v1/doctor",
                    false,
                    "doctor",
                    "Looks for what goes wrong in practice, and says what to do about each. Changes nothing.",
                    null,
                    Map.of(),
                    Map.of(200, "One finding for each check; what could not be looked at is UNKNOWN"),
                    Report.class,
                    List.of()));

    private static final String CALLER = "caller";

    /** The body did not come in time. */
    private static final int REQUEST_TIMEOUT = 408;

    @Bean
    OpenApiCustomizer describeCalls() {
        return ApiDocumentation::describe;
    }

    private static void describe(OpenAPI api) {
        api.info(new Info()
                .title("Assent coordinator")
                .version("v1")
                .description(
                        "Commits a transaction in every participant or in none. Every error is a problem (RFC 9457) whose"
                                + " type is one of those named here; requests with a 503 or 429 may be repeated as they are.")
                .license(new License().name("Apache-2.0")));
        if (api.getComponents() == null) {
            api.setComponents(new Components());
        }
        api.getComponents()
                .addSecuritySchemes(
                        CALLER,
                        new SecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("A key or an access token, unless assent.security.mode is none or the"
                                        + " connection has a client certificate that is listed"));
        api.addSecurityItem(new SecurityRequirement().addList(CALLER));
        for (Call call : CALLS) {
            var item = api.getPaths() == null ? null : api.getPaths().get(call.path());
            Operation operation = item == null ? null : call.post() ? item.getPost() : item.getGet();
            if (operation == null) {
                throw new IllegalStateException("documented, but there is no such call: " + call.path());
            }
            describe(api, call, operation);
        }
        branchesOf(api, "CommitRequest");
        branchesOf(api, "Commit");
        api.getComponents().getSchemas().remove("JsonNode");
    }

    private static void describe(OpenAPI api, Call call, Operation operation) {
        operation
                .operationId(call.id())
                .summary(call.summary())
                .tags(List.of(OF_THEIR_OWN.contains(call.id()) ? call.id() : "transactions"));
        List<Parameter> parameters = new ArrayList<>();
        if (operation.getParameters() != null) {
            operation.getParameters().forEach(parameter -> parameters.add(described(call, parameter)));
        }
        if (call.response() == ReconciliationView.class) {
            parameters.add(ofReconciliation(new Parameter()
                    .in("query")
                    .name("participant")
                    .schema(new ArraySchema().items(new StringSchema()))));
        }
        if (List.of("commit", "commits", "rollback").contains(call.id())) {
            parameters.add(new Parameter()
                    .in("header")
                    .name("Prefer")
                    .schema(new StringSchema())
                    .example("wait=10")
                    .description(
                            "RFC 7240: respond-async answers right after the decision; wait=N waits up to N seconds"
                                    + " for completion"));
        }
        operation.setParameters(parameters);
        if (call.request() != null) {
            MediaType json = new MediaType().schema(schema(api, call.request()));
            call.examples().forEach((name, text) -> json.addExamples(name, new Example().value(text)));
            operation.setRequestBody(
                    new RequestBody().required(true).content(new Content().addMediaType("application/json", json)));
        }
        ApiResponses responses = new ApiResponses();
        new TreeMap<>(call.successes())
                .forEach((status, meaning) -> responses.addApiResponse(
                        Integer.toString(status),
                        new ApiResponse()
                                .description(meaning)
                                .content(new Content()
                                        .addMediaType(
                                                "application/json",
                                                new MediaType().schema(schema(api, call.response()))))));
        problems(call)
                .forEach((status, types) ->
                        responses.addApiResponse(Integer.toString(status), problem(api, status, types)));
        operation.setResponses(responses);
    }

    private static Parameter described(Call call, Parameter parameter) {
        return call.response() == ReconciliationView.class ? ofReconciliation(parameter) : described(parameter);
    }

    private static Parameter ofReconciliation(Parameter parameter) {
        return switch (parameter.getName()) {
            case "epoch" -> parameter.description("Of the log; absent: the latest one in which anything is held");
            case "after" -> parameter.description("The next of the page before");
            case "limit" -> parameter.schema(limit(1_000, 200)).description("Transactions to look at");
            case "participant" ->
                parameter
                        .description("name=url of a participant that the log may not know; may be given again")
                        .example("payment-service=http://payment:8082/assent/v1");
            default -> parameter;
        };
    }

    private static Schema<?> limit(int most, int usually) {
        return new IntegerSchema()
                .minimum(java.math.BigDecimal.ONE)
                .maximum(java.math.BigDecimal.valueOf(most))
                ._default(usually);
    }

    private static Parameter described(Parameter parameter) {
        return switch (parameter.getName()) {
            case "id" ->
                parameter.description("UUID of version 7 in lower case").example(ID);
            case "state" ->
                parameter.schema(new StringSchema()
                        ._enum(Arrays.stream(TransactionState.values())
                                .map(Enum::name)
                                .toList()));
            case "outcome" ->
                parameter
                        .description("One outcome, or HEURISTIC for all of which a person has to be told")
                        .schema(new StringSchema()
                                ._enum(Stream.concat(
                                                Arrays.stream(Outcome.values()).map(Enum::name),
                                                Stream.of(TransactionController.HEURISTIC))
                                        .toList()));
            case "name" -> parameter.description("The exact label");
            case "participant" -> parameter.description("Has a branch in it");
            case "older-than" ->
                parameter
                        .description("Time since the last change of state, ISO 8601")
                        .example("PT1M");
            case "limit" -> parameter.schema(limit(500, 50));
            case "log" -> parameter.description("Its name, as configured").example("main");
            case "cursor" -> parameter.description("The cursor of the page before");
            default -> parameter;
        };
    }

    private static Map<Integer, List<ProblemType>> problems(Call call) {
        Set<ProblemType> types = EnumSet.of(
                INVALID_VALUE,
                MALFORMED_REQUEST,
                UNKNOWN_FIELD,
                DUPLICATE_MEMBER,
                UNAUTHORIZED,
                FORBIDDEN,
                NOT_ACCEPTABLE,
                INTERNAL_ERROR);
        if (call.request() != null) {
            types.addAll(List.of(PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE));
        }
        if (ADMITTED.contains(call.id())) {
            types.add(OVERLOADED);
        }
        if (LIMITED.contains(call.id())) {
            types.add(RATE_LIMITED);
        }
        if (WAITING.contains(call.id())) {
            types.add(OUTCOME_UNKNOWN);
        }
        types.addAll(call.problems());
        Map<Integer, List<ProblemType>> byStatus = new TreeMap<>();
        types.forEach(type -> byStatus.computeIfAbsent(type.status(), status -> new ArrayList<>())
                .add(type));
        if (call.request() != null) {
            byStatus.put(REQUEST_TIMEOUT, List.of(MALFORMED_REQUEST));
        }
        return byStatus;
    }

    private static ApiResponse problem(OpenAPI api, int status, List<ProblemType> types) {
        MediaType json = new MediaType().schema(schema(api, Problem.class));
        StringBuilder description = new StringBuilder();
        for (ProblemType type : types) {
            description
                    .append(description.isEmpty() ? "" : "; ")
                    .append(type.slug())
                    .append(": ")
                    .append(type.title());
            Map<String, Object> example = new LinkedHashMap<>();
            example.put("type", type.uri());
            example.put("title", type.title());
            example.put("status", status);
            example.put("retryable", type.retryable() || status == REQUEST_TIMEOUT);
            json.addExamples(type.slug(), new Example().value(example));
        }
        ApiResponse response = new ApiResponse()
                .description(description.toString())
                .content(new Content().addMediaType(Problem.MEDIA_TYPE, json));
        if (status == 503 || status == RATE_LIMITED.status()) {
            response.addHeaderObject(
                    "Retry-After", new Header().description("Seconds").schema(new IntegerSchema()));
        }
        return response;
    }

    private static Schema<?> schema(OpenAPI api, Class<?> type) {
        ModelConverters.getInstance(true)
                .readAll(type)
                .forEach((name, schema) -> api.getComponents().addSchemas(name, schema));
        return new Schema<>().$ref("#/components/schemas/" + type.getSimpleName());
    }

    /** Each is a full branch or the name of one; the record holds them as untyped JSON. */
    private static void branchesOf(OpenAPI api, String message) {
        Schema<?> branch = new ComposedSchema()
                .addOneOfItem(new Schema<>().$ref("#/components/schemas/BranchMessage"))
                .addOneOfItem(
                        new StringSchema().description("The name of a branch").example("1"));
        Objects.requireNonNull(api.getComponents().getSchemas().get(message), message)
                .addProperty("branches", new ArraySchema().items(branch));
    }
}
