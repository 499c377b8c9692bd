package io.assent.sample.payment.breakit;

import io.assent.sample.payment.breakit.ArmedFailure.Setting;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.EnumSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.servlet.HandlerInterceptor;

/** Strikes inside the payment call: slow, or refused. */
class PaymentFailureInterceptor implements HandlerInterceptor {

    private static final Logger log = LoggerFactory.getLogger(PaymentFailureInterceptor.class);

    private final ArmedFailure failure;

    PaymentFailureInterceptor(ArmedFailure failure) {
        this.failure = failure;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws InterruptedException {
        if (!request.getMethod().equals("POST")) {
            return true;
        }
        Setting struck = failure.strike(EnumSet.of(FailureMode.REFUSE, FailureMode.SLOW));
        if (struck.mode() == FailureMode.SLOW) {
            log.warn("Break it: this payment takes {} longer; then it goes on as usual", struck.delay());
            Thread.sleep(struck.delay().toMillis());
        } else if (struck.mode() == FailureMode.REFUSE) {
            log.warn("Break it: this payment is refused; its order must leave no trace");
            ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                    HttpStatus.CONFLICT, "the bank said no (switched on in \"Break it\")");
            problem.setType(URI.create("urn:assent:problem:payment-declined"));
            problem.setProperty("retryable", false);
            throw new ErrorResponseException(HttpStatus.CONFLICT, problem, null);
        }
        return true;
    }
}
