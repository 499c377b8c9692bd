package io.assent.participant;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.assent.protocol.header.BranchVote;

/** Goal: dependencies point one way. Method: the compiled classes, without the tests. */
@AnalyzeClasses(packages = "io.assent.participant", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String ROOT = "io.assent.participant";

    @ArchTest
    static final ArchRule THE_RULES_KNOW_NOTHING_BUT_WORDS = classes()
            .that()
            .resideInAPackage(ROOT + ".protocol..")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage(ROOT + ".protocol..", "io.assent.protocol", "java..", "org.jspecify..")
                            // A word too, although it is written in a header.
                            .or(belongToAnyOf(BranchVote.class)));

    @ArchTest
    static final ArchRule THE_RULES_READ_NO_CLOCK = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".protocol..", ROOT + ".engine..")
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);

    @ArchTest
    static final ArchRule THE_ENGINE_IS_FREE_OF_FRAMEWORKS_AND_DRIVERS = classes()
            .that()
            .resideInAPackage(ROOT + ".engine..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    ROOT + ".engine..",
                    ROOT + ".protocol..",
                    "io.assent.protocol..",
                    "java..",
                    "org.jspecify..",
                    "org.slf4j..")
            .andShould()
            .onlyDependOnClassesThat()
            .resideOutsideOfPackages("java.sql..", "java.net.http..");

    @ArchTest
    static final ArchRule NOBODY_KNOWS_THE_WIRING = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".autoconfigure..");

    @ArchTest
    static final ArchRule POSTGRES_KNOWS_NO_OTHER_ADAPTER = noClasses()
            .that()
            .resideInAPackage(ROOT + ".postgres..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + ".web..", ROOT + ".client..", ROOT + ".transaction..", "org.springframework..");

    @ArchTest
    static final ArchRule THE_OWN_LOG_KNOWS_NO_OTHER_ADAPTER = noClasses()
            .that()
            .resideInAPackage(ROOT + ".own..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    ROOT + ".web..",
                    ROOT + ".client..",
                    ROOT + ".transaction..",
                    ROOT + ".postgres..",
                    "org.springframework..",
                    "java.sql..");

    @ArchTest
    static final ArchRule WEB_AND_CLIENT_KNOW_NO_OTHER_ADAPTER = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".web..", ROOT + ".client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + ".postgres..", ROOT + ".transaction..", ROOT + ".jta..");

    @ArchTest
    static final ArchRule ONLY_THE_JTA_PACKAGE_KNOWS_NARAYANA_AND_XA = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".jta..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "com.arjuna..",
                    "io.agroal..",
                    "org.jboss..",
                    "org.messaginghub..",
                    "javax.transaction.xa..",
                    "jakarta.transaction..");

    /** A service without a tracer does not have its classes. */
    @ArchTest
    static final ArchRule ONLY_THE_TRACING_PACKAGE_KNOWS_THE_TRACER = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".tracing..", ROOT + ".autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer.tracing..", "io.opentelemetry..");

    @ArchTest
    static final ArchRule ONLY_THE_WIRING_KNOWS_THE_JTA_PACKAGE = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".jta..", ROOT + ".autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".jta..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();
}
