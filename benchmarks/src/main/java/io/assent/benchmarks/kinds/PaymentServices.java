package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.load.Work;
import io.assent.benchmarks.service.PaymentSchema;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import io.assent.benchmarks.system.MeasuredService;
import io.assent.demo.system.Database;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The payment service in its shapes. */
final class PaymentServices {

    private PaymentServices() {}

    /** With one database, as it comes. */
    static Subject early(BenchSystem system, Flow flow) {
        return subject(system.payments("early", PaymentSchema.MAIN, List.of(), Map.of()), flow, CpuMeter.none());
    }

    static Subject late(BenchSystem system, Flow flow) {
        return subject(
                system.payments("late", PaymentSchema.MAIN, List.of("--assent.participant.prepare=late"), Map.of()),
                flow,
                CpuMeter.none());
    }

    /** With a reservation outside. */
    static Subject withReservation(BenchSystem system, Flow flow) {
        return subject(
                system.payments("tcc", PaymentSchema.MAIN, List.of("--bench.reservations=true"), Map.of()),
                flow,
                CpuMeter.none());
    }

    /** With a further database. */
    static Subject jta(BenchSystem system, Flow flow) {
        return subject(jta(system, "jta", List.of()), flow, CpuMeter.none());
    }

    /** With a further database and a broker. */
    static Subject jtaWithBroker(BenchSystem system, Flow flow) {
        MeasuredService broker = system.broker();
        return subject(jta(system, "jta-jms", List.of("--bench.broker.url=" + broker.url())), flow, broker.cpu());
    }

    private static MeasuredService jta(BenchSystem system, String name, List<String> further) {
        Database ledger = system.createDatabase(name + "-ledger", PaymentSchema.LEDGER);
        List<String> properties = new ArrayList<>(List.of(
                "--assent.participant.resources=jta",
                "--assent.participant.jta.node-identifier=" + name,
                "--assent.participant.jta.object-store.directory=" + system.directory(name + "-narayana"),
                "--assent.participant.jta.pool-size=" + system.poolSize(),
                "--assent.participant.jta.databases.ledger.url=" + ledger.jdbcUrl(),
                "--assent.participant.jta.databases.ledger.username=" + ledger.name()));
        properties.addAll(further);
        Map<String, String> environment = new HashMap<>();
        environment.put("ASSENT_PARTICIPANT_JTA_DATABASES_LEDGER_PASSWORD", ledger.password());
        return system.payments(name, PaymentSchema.MAIN, properties, environment);
    }

    private static Subject subject(MeasuredService service, Flow flow, CpuMeter stores) {
        Work work = new Work(
                service.url().resolve("/payments"),
                PaymentSchema.ACCOUNTS,
                (row, key) -> "{\"id\":\"" + key + "\",\"account\":" + (row + 1) + ",\"amount\":1}");
        return new Subject(flow, work, service.cpu(), stores);
    }
}
