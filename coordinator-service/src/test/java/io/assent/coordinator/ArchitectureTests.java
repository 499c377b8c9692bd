package io.assent.coordinator;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Goal: the packages can be read one after the other, and the protocol can be simulated. Method: dependencies are looked
 * up in the compiled classes: {@code web, recovery, management → engine → protocol}, adapters → ports.
 */
@AnalyzeClasses(packages = "io.assent.coordinator", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String ROOT = "io.assent.coordinator.";

    @ArchTest
    static final ArchRule the_protocol_is_pure = classes()
            .that()
            .resideInAPackage(ROOT + "protocol..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(ROOT + "protocol..", "io.assent.protocol", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule the_protocol_has_no_clock_no_input_and_no_threads = noClasses()
            .that()
            .resideInAPackage(ROOT + "protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.io..",
                    "java.nio..",
                    "java.net..",
                    "java.sql..",
                    "java.util.concurrent..",
                    "java.util.logging..")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime");

    @ArchTest
    static final ArchRule the_engine_knows_no_framework = classes()
            .that()
            .resideInAPackage(ROOT + "engine..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    ROOT + "engine..", ROOT + "protocol..", "io.assent.protocol", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule what_spreads_transactions_over_logs_knows_no_framework = classes()
            .that()
            .resideInAPackage(ROOT + "shard..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    ROOT + "shard..",
                    ROOT + "engine..",
                    ROOT + "protocol..",
                    "io.assent.protocol",
                    "java..",
                    "org.jspecify..",
                    "org.slf4j..");

    @ArchTest
    static final ArchRule the_engine_waits_for_nothing = noClasses()
            .that()
            .resideInAPackage(ROOT + "engine..")
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(java.util.concurrent.Future.class, "get")
            .orShould()
            .callMethod(java.time.Instant.class, "now");

    @ArchTest
    static final ArchRule adapters_do_not_know_each_other =
            slices().matching(ROOT + "(log|participant|web|console)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule spans_are_made_around_the_ports_and_of_messages = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + "tracing..", ROOT + "participant..", ROOT + "config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer.tracing..", "io.opentelemetry..");

    @ArchTest
    static final ArchRule nothing_but_the_wiring_knows_the_wiring = noClasses()
            .that(resideInAnyPackage(
                    ROOT + "protocol..",
                    ROOT + "engine..",
                    ROOT + "log..",
                    ROOT + "participant..",
                    ROOT + "web..",
                    ROOT + "console..",
                    ROOT + "recovery..",
                    ROOT + "management.."))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + "config..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule packages_form_no_circle =
            slices().matching(ROOT + "(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule there_are_no_mutable_statics = noFields()
            .that()
            .areStatic()
            .and()
            .doNotHaveModifier(com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC)
            .should()
            .notBeFinal();
}
