package io.assent.coordinator.config;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.ssl.NoSuchSslBundleException;

/** Tells how a bundle is defined, whichever setting names it. */
final class SslBundleFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchSslBundleException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NoSuchSslBundleException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Define it as spring.ssl.bundle.pem." + cause.getBundleName() + ".keystore and .truststore.",
                cause);
    }
}
