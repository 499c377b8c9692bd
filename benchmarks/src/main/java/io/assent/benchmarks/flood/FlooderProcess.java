package io.assent.benchmarks.flood;

import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.web.client.RestClient;

/**
 * A {@link Flooder} that only has the processors' time that nobody else wants: where it and the coordinator want the same
 * processor, the coordinator has it. So what its neighbour notices is what the coordinator does for it, and not that it runs on
 * the same machine. The lowest priority ({@code nice}) is not enough: Linux lets such a process have its turn of some
 * milliseconds before somebody who has just woken gets the processor. For one thread.
 */
final class FlooderProcess {

    private final RestClient http = RestClient.create();
    private final MeasuredService process;

    private FlooderProcess(MeasuredService process) {
        this.process = process;
    }

    static FlooderProcess start(BenchSystem system, String key) {
        int port = system.freePort();
        List<String> command = new ArrayList<>(List.of("chrt", "--idle", "0"));
        command.addAll(system.java(
                List.of(),
                BenchSystem.classPath(),
                Flooder.class.getName(),
                List.of(Integer.toString(port), system.coordinator().url().toString())));
        return new FlooderProcess(system.start("flooder", port, command, Map.of(Flooder.KEY, key), "/ready"));
    }

    MeasuredService process() {
        return process;
    }

    /** Begins transactions, so many in a second at most, until it is refused; how many are open then. */
    long fill(double perSecond) {
        return Long.parseLong(post("/fill/" + perSecond));
    }

    /** Rolls them back, so many in a second at most. */
    void clear(double perSecond) {
        post("/clear/" + perSecond);
    }

    void start(Flood flood, double perSecond) {
        post("/start/" + flood.text() + "/" + perSecond);
    }

    /** By status, what it was answered since the start; 0: nothing. */
    Map<Integer, Long> stop() {
        Map<Integer, Long> answers = new TreeMap<>();
        post("/stop").lines().forEach(line -> {
            String[] words = line.split(" ", 2);
            answers.put(Integer.valueOf(words[0]), Long.valueOf(words[1]));
        });
        return answers;
    }

    private String post(String path) {
        URI address = process.url().resolve(path);
        String body = http.post().uri(address).retrieve().body(String.class);
        return body == null ? "" : body;
    }
}
