package io.fieldwatch.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.sql.SQLException;

/** The arrows between modules and the one module that each library belongs to; see ARCHITECTURE.md. */
@AnalyzeClasses(packages = "io.fieldwatch", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule MODULES_USE_ONLY_WHAT_THEIR_ARROWS_POINT_AT = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.fieldwatch..")
            .layer("telemetry")
            .definedBy("io.fieldwatch.telemetry..")
            .layer("journal")
            .definedBy("io.fieldwatch.journal..")
            .layer("ingest")
            .definedBy("io.fieldwatch.ingest..")
            .layer("alerts")
            .definedBy("io.fieldwatch.alerts..")
            .layer("storage")
            .definedBy("io.fieldwatch.storage..")
            .layer("console")
            .definedBy("io.fieldwatch.console..")
            .layer("simulator")
            .definedBy("io.fieldwatch.simulator..")
            .layer("server")
            .definedBy("io.fieldwatch.server..")
            .whereLayer("telemetry")
            .mayNotAccessAnyLayer()
            .whereLayer("journal")
            .mayOnlyAccessLayers("telemetry")
            .whereLayer("ingest")
            .mayOnlyAccessLayers("telemetry")
            .whereLayer("alerts")
            .mayOnlyAccessLayers("telemetry")
            .whereLayer("simulator")
            .mayOnlyAccessLayers("telemetry")
            .whereLayer("storage")
            .mayOnlyAccessLayers("telemetry", "alerts")
            .whereLayer("console")
            .mayOnlyAccessLayers("telemetry", "alerts", "storage")
            .whereLayer("server")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule NETTY_STAYS_AT_THE_ENDS_OF_THE_WIRE =
            onlyIn("io.netty..", "io.fieldwatch.ingest..", "io.fieldwatch.simulator..");

    @ArchTest
    static final ArchRule PAHO_STAYS_IN_BRIDGE_AND_SIMULATOR =
            onlyIn("org.eclipse.paho..", "io.fieldwatch.ingest.bridge..", "io.fieldwatch.simulator..");

    @ArchTest
    static final ArchRule JDBC_STAYS_IN_STORAGE = noClasses()
            .that()
            .resideOutsideOfPackages("io.fieldwatch.storage..", "io.fieldwatch.server.lab..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "java.sql..", "javax.sql..", "com.zaxxer..", "org.postgresql..", "org.flywaydb..")
                    .and(not(type(SQLException.class))))
            .because("only storage speaks SQL; others learn by SQLException that the database could not answer."
                    + " The lab examines storage and therefore must not read through it");

    @ArchTest
    static final ArchRule HTTP_STAYS_IN_CONSOLE = onlyIn("io.vertx..", "io.fieldwatch.console..");

    @ArchTest
    static final ArchRule THE_DOMAIN_DOES_NO_INPUT_OR_OUTPUT = noClasses()
            .that()
            .resideInAnyPackage("io.fieldwatch.alerts..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "java.nio.channels..", "java.nio.file..", "java.util.concurrent.locks..")
            .because("rules and alerts are a pure domain");

    private static ArchRule onlyIn(String library, String... modules) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(modules)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library);
    }
}
