package io.assent.coordinator.config;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** Changes how a log is wired, before its context is refreshed; for tests that plant a bug in it. */
public interface LogContextCustomizer {

    /** Registers what is to be added or to take precedence. */
    void customize(AnnotationConfigApplicationContext context);
}
