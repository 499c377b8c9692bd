package io.assent.participant.autoconfigure;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/** This service's address, known for certain once the server's port is. */
final class ParticipantUrl implements Supplier<@Nullable String>, ApplicationListener<WebServerInitializedEvent> {

    private final @Nullable String template;
    private volatile int port;

    ParticipantUrl(@Nullable String template) {
        this.template = template == null || template.isBlank() ? null : template.replaceAll("/+$", "");
    }

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        if (event.getApplicationContext().getServerNamespace() == null) {
            port = event.getWebServer().getPort();
        }
    }

    @Override
    public @Nullable String get() {
        if (template == null || !template.contains("{port}")) {
            return template;
        }
        return template.replace("{port}", Integer.toString(port));
    }
}
