package io.assent.sample.payment.breakit;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param enabled whether failures can be switched on; never in production
 * @param coordinatorPidFile file with the coordinator's process id, for KILL_AFTER_DECISION, which is refused without it
 */
@ConfigurationProperties("sample.break")
record BreakProperties(boolean enabled, @Nullable Path coordinatorPidFile) {}
