package io.assent.chaos.bank;

import io.assent.chaos.checker.TracedMessage;
import io.assent.chaos.proxy.Direction;
import io.assent.chaos.proxy.FaultProxy;
import io.assent.chaos.proxy.Message;
import io.assent.chaos.system.Endpoint;
import io.assent.chaos.system.Link;
import io.assent.chaos.system.Links;
import io.assent.chaos.system.ProxyLinks;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The links of a run: a proxy on each, which can be cut, and which writes down every order of a coordinator when it has left
 * it (I9, I11). Thread-safe.
 */
final class OrderTrace implements Links, AutoCloseable {

    private final ProxyLinks proxies = new ProxyLinks(this::observe, passage -> {});
    private final Map<String, String> hosts = new ConcurrentHashMap<>();
    private final JsonLines lines;

    OrderTrace(Path directory) {
        this.lines = new JsonLines(directory.resolve("trace.jsonl"));
    }

    @Override
    public Endpoint through(Link link, Endpoint target) {
        hosts.put(link.toString(), target.toString());
        return proxies.through(link, target);
    }

    /** Every link that was asked for so far. */
    Collection<FaultProxy> all() {
        return proxies.all();
    }

    private void observe(Message message) {
        if (message.direction() != Direction.REQUEST
                || !message.link().startsWith("coordinator-")
                || !message.kind().endsWith("/decisions")) {
            return;
        }
        long now = System.currentTimeMillis();
        String from = message.link().substring(0, message.link().indexOf('>'));
        String host = hosts.getOrDefault(message.link(), "");
        for (JsonNode order : orders(message)) {
            lines.write(new TracedMessage(
                    now,
                    from,
                    host,
                    order.path("transaction").asString(),
                    order.path("branch").asString(),
                    order.path("decision").asString()));
        }
    }

    /** Its orders; a long message is kept in part only and then not read. */
    private static Iterable<JsonNode> orders(Message message) {
        try {
            return JsonLines.JSON.readTree(message.text()).path("decisions").values();
        } catch (JacksonException e) {
            return List.of();
        }
    }

    @Override
    public void close() {
        proxies.close();
        lines.close();
    }
}
