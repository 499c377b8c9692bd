package io.assent.chaos.checker;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.junit.jupiter.api.Test;

/** Goal: the checker shares no code with the system it judges. Method: its compiled classes. */
class CheckerArchitectureTests {

    private static final JavaClasses CHECKER = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.assent.chaos.checker");

    @Test
    void the_checker_uses_the_jdk_and_a_json_parser_and_nothing_else() {
        ArchRuleDefinition.classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.assent.chaos.checker", "java..", "tools.jackson..", "org.jspecify.annotations")
                .check(CHECKER);
    }
}
