package io.assent.participant.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.Tracing;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.header.BranchVote;
import io.micrometer.tracing.CurrentTraceContext;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Goal: a trace goes on where the transaction does. Method: OpenTelemetry's own tracer, its spans read as they are exported. */
class MicrometerTracingTests {

    private static final AttributeKey<String> TRANSACTION = AttributeKey.stringKey("assent.transaction");

    private final InMemorySpanExporter exported = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exported))
            .build();
    private final io.opentelemetry.api.trace.Tracer otel = provider.get("test");
    private final Tracer tracer = new OtelTracer(otel, new OtelCurrentTraceContext(), event -> {});
    private final Tracing tracing = new MicrometerTracing(
            tracer, new OtelPropagator(ContextPropagators.create(W3CTraceContextPropagator.getInstance()), otel));

    private final TransactionId transaction = TransactionId.create(Instant.now(), new Random());
    private final BranchId branch = new BranchId("1");
    private final BranchRef ref = new BranchRef("assent:payment:" + transaction + ":1:x");
    private final BranchService.Order order = new BranchService.Order(transaction, branch, ref, Decision.COMMIT);

    @AfterEach
    void close() {
        provider.close();
    }

    @Test
    void an_order_in_another_trace_is_linked_with_the_work() {
        SpanData work = work();

        end();

        SpanData end = last();
        assertThat(end.getName()).isEqualTo("assent end branch");
        assertThat(end.getTraceId()).isNotEqualTo(work.getTraceId());
        assertThat(end.getLinks()).extracting(LinkData::getSpanContext).containsExactly(work.getSpanContext());
        assertThat(end.getAttributes().get(AttributeKey.stringKey("assent.state")))
                .isEqualTo("COMMITTED");
        assertThat(work.getAttributes().get(TRANSACTION)).isEqualTo(transaction.toString());

        end();
        assertThat(last().getLinks()).as("what has ended is not remembered").isEmpty();
    }

    @Test
    void an_order_in_the_same_trace_is_not_linked() {
        Span call = tracer.nextSpan().name("call").start();
        try (Tracer.SpanInScope scope = tracer.withSpan(call)) {
            tracing.works(transaction, branch, ref);
            end();
        }
        call.end();

        SpanData end = exported.getFinishedSpanItems().get(0);
        assertThat(end.getParentSpanId()).isEqualTo(call.context().spanId());
        assertThat(end.getLinks()).isEmpty();
    }

    @Test
    void a_commit_carries_its_own_span_in_its_order_and_in_its_requests() {
        List<String> carried = new ArrayList<>();
        CoordinatorClient client = tracing.traced(new Coordinator() {
            @Override
            public CommitAnswer commit(CommitOrder order) {
                carried.add(order.trace());
                carried.add(tracing.headers().get("traceparent"));
                return new CommitAnswer(Told.COMMITTED, "", false);
            }
        });

        client.commit(new CoordinatorClient.CommitOrder(transaction, "checkout", Instant.now(), List.of()));

        SpanData commit = last();
        assertThat(commit.getName()).isEqualTo("assent commit");
        assertThat(commit.getAttributes().get(TRANSACTION)).isEqualTo(transaction.toString());
        String parent = "00-" + commit.getTraceId() + "-" + commit.getSpanId() + "-";
        assertThat(carried).hasSize(2).allMatch(carriedParent -> carriedParent.startsWith(parent));
        assertThat(carried.get(0)).endsWith("-01");
        assertThat(tracing.headers()).as("outside of it").isEmpty();
    }

    @Test
    void in_a_trace_that_is_not_recorded_nothing_comes_between() {
        TraceContext unrecorded = tracer.traceContextBuilder()
                .traceId("f".repeat(32))
                .spanId("f".repeat(16))
                .sampled(false)
                .build();
        List<String> carried = new ArrayList<>();
        CoordinatorClient client = tracing.traced(new Coordinator() {
            @Override
            public CommitAnswer commit(CommitOrder order) {
                carried.add(order.trace());
                carried.add(tracing.headers().get("traceparent"));
                return new CommitAnswer(Told.COMMITTED, "", false);
            }
        });
        work();
        exported.reset();

        try (CurrentTraceContext.Scope scope = tracer.currentTraceContext().newScope(unrecorded)) {
            client.commit(new CoordinatorClient.CommitOrder(transaction, "checkout", Instant.now(), List.of()));
            end();
        }

        String parent = "00-" + "f".repeat(32) + "-" + "f".repeat(16) + "-00";
        assertThat(carried).containsExactly(parent, parent);
        assertThat(exported.getFinishedSpanItems()).isEmpty();
        end();
        assertThat(last().getLinks()).as("what has ended is not remembered").isEmpty();
    }

    private SpanData work() {
        Span call = tracer.nextSpan().name("call").start();
        try (Tracer.SpanInScope scope = tracer.withSpan(call)) {
            tracing.works(transaction, branch, ref);
        }
        call.end();
        return last();
    }

    private void end() {
        try (Tracing.Ending ending = tracing.ends(order)) {
            ending.reports(BranchState.COMMITTED);
        }
    }

    private SpanData last() {
        List<SpanData> all = exported.getFinishedSpanItems();
        return all.get(all.size() - 1);
    }

    /** Is asked for commits only. */
    private abstract static class Coordinator implements CoordinatorClient {

        @Override
        public RollbackAnswer rollback(TransactionId transaction, String reason, List<BranchVote> branches) {
            throw new AssertionError();
        }

        @Override
        public EnlistAnswer enlist(
                TransactionId transaction, @Nullable TransactionToken token, BranchVote branch, Duration within) {
            throw new AssertionError();
        }

        @Override
        public Map<BranchRef, InquiryAnswer> inquire(List<PreparedBranch> branches) {
            throw new AssertionError();
        }
    }
}
