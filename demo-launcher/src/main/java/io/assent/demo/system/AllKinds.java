package io.assent.demo.system;

import io.assent.demo.process.SupervisedProcess;
import java.net.URI;

/**
 * What is started besides, so that every checkout has branches of four kinds: a points service, which takes part by
 * Try-Confirm-Cancel; the provider that it reserves points at, who is no participant; and a broker that the payment service sends
 * its receipts to, in one branch with the payment.
 *
 * @param points the points service's database
 * @param provider the provider's
 * @param brokerAddress what JMS clients connect to
 */
public record AllKinds(
        Database points,
        Database provider,
        SupervisedProcess pointsService,
        SupervisedProcess pointsProvider,
        SupervisedProcess broker,
        URI brokerAddress) {}
