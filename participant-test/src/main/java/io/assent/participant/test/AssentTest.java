package io.assent.participant.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Beside {@code @SpringBootTest(webEnvironment = RANDOM_PORT)}: the test's application gets a fresh database in a real
 * PostgreSQL and works with a real coordinator. Both run in processes of their own on this machine, are started once for
 * each test JVM and end with it. {@link AssentFaults}, {@link AssentClock} and {@link AssentTransactions} can be injected.
 *
 * <p>What the test itself configures, in {@code properties} or with {@code @TestPropertySource} or
 * {@code @DynamicPropertySource}, wins over this annotation; what the application's own files say does not, so that a
 * test never reaches a production database by mistake.
 *
 * <p>The application needs a server on a port: the coordinator calls it. Sweeps for branches in doubt run every 200 ms
 * instead of every 3 s, so that what was interrupted ends while the test waits. Everything else of the starter is as the
 * application configures it.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface AssentTest {

    /** Whether {@code spring.datasource.*} is set, unless the test sets {@code spring.datasource.url} itself. */
    boolean database() default true;

    /** Whether {@code assent.coordinator.urls} is set, unless the test does so itself. */
    boolean coordinator() default true;
}
