package io.assent.chaos.system;

import io.assent.chaos.proxy.FaultProxy;
import io.assent.chaos.proxy.Message;
import io.assent.chaos.proxy.Passage;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A {@link FaultProxy} on every link of a system. Thread-safe. */
public final class ProxyLinks implements Links, AutoCloseable {

    private final Map<String, FaultProxy> proxies = new ConcurrentHashMap<>();
    private final Consumer<Message> observer;
    private final Consumer<Passage> listener;

    /**
     * @param observer is told of every message on every link when it has left its sender
     * @param listener is told what became of each
     */
    public ProxyLinks(Consumer<Message> observer, Consumer<Passage> listener) {
        this.observer = observer;
        this.listener = listener;
    }

    @Override
    public Endpoint through(Link link, Endpoint target) {
        InetSocketAddress address = new InetSocketAddress(target.host(), target.port());
        FaultProxy proxy = link.to().contains("-postgres")
                ? FaultProxy.postgres(link.toString(), address)
                : FaultProxy.http(link.toString(), address);
        proxy.observe(observer);
        proxy.listen(listener);
        proxies.put(link.toString(), proxy);
        return Endpoint.loopback(proxy.port());
    }

    /** The proxy on a link that was asked for. */
    public FaultProxy between(String from, String to) {
        FaultProxy proxy = proxies.get(new Link(from, to).toString());
        if (proxy == null) {
            throw new IllegalArgumentException(
                    "There is no link " + from + ">" + to + " among " + new TreeMap<>(proxies).keySet());
        }
        return proxy;
    }

    /** All proxies whose ends match these patterns. */
    public List<FaultProxy> matching(String from, String to) {
        return proxies.values().stream()
                .filter(proxy -> proxy.name().matches("(" + from + ")>(" + to + ")"))
                .toList();
    }

    public Collection<FaultProxy> all() {
        return List.copyOf(proxies.values());
    }

    @Override
    public void close() {
        proxies.values().forEach(FaultProxy::close);
    }
}
