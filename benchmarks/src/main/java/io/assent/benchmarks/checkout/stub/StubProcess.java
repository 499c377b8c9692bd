package io.assent.benchmarks.checkout.stub;

import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.springframework.web.client.RestClient;

/**
 * {@link StubParticipants} as a process of a system.
 *
 * @param process all of them; tells at {@code /acknowledged} how many branches they have acknowledged
 * @param participants by name, where each is called
 */
public record StubProcess(MeasuredService process, Map<String, URI> participants) {

    /** @param number of participants, one at least */
    public static StubProcess start(BenchSystem system, int number) {
        List<Integer> ports =
                IntStream.range(0, number).mapToObj(each -> system.freePort()).toList();
        MeasuredService process = system.start(
                "stub-participants",
                ports.get(0),
                system.java(
                        List.of(),
                        BenchSystem.classPath(),
                        StubParticipants.class.getName(),
                        ports.stream().map(String::valueOf).toList()),
                Map.of(),
                "/acknowledged");
        Map<String, URI> participants = new LinkedHashMap<>();
        for (int port : ports) {
            participants.put(
                    "stub-" + (participants.size() + 1), URI.create("http://127.0.0.1:" + port + "/assent/v1"));
        }
        return new StubProcess(process, participants);
    }

    /**
     * From now on every message of orders to this participant is answered so.
     *
     * @param status of HTTP; 200: orders are acknowledged
     */
    public void answer(String participant, int status) {
        URI address = Objects.requireNonNull(participants.get(participant), participant);
        RestClient.create()
                .post()
                .uri(address.resolve("/status/" + status))
                .retrieve()
                .toBodilessEntity();
    }

    /** How many branches they have acknowledged, all together. */
    public long acknowledged() {
        return Long.parseLong(String.valueOf(RestClient.create()
                .get()
                .uri(process.url().resolve("/acknowledged"))
                .retrieve()
                .body(String.class)));
    }
}
