package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** The table in {@code docs/mqtt-conformance.md} names tests that are there, and every statement this server has to own. */
class ConformanceTableTest {

    private static final Pattern ROW = Pattern.compile("\\| (\\d[\\d.]+-\\d+) \\|([^|]+)\\|([^|]+)\\|([^|]+)\\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");

    /** Section, then the numbers of its statements. */
    private static final String OWNED = """
            1.5.4 1 2 3; 1.5.5 1; 1.5.7 1; 2.1.3 1; 2.2.1 2 3 5 6; 2.2.2 1;
            3.1.0 1 2; 3.1.2 1 2 3 4 5 6 7 8 9 10 11 12 13 16 17 18 19 22 23 24 25 29;
            3.1.3 1 3 4 5 6 7 8 9 11 12; 3.1.4 1 2 3 6;
            3.2.0 1 2; 3.2.2 1 2 3 5 6 7 8 9 10 12 13 14 15 16 19 20 22;
            3.3.1 2 4; 3.3.2 1 2 7 8 12 13 14 19; 3.3.4 6 7; 3.4.2 1; 3.6.1 1; 3.8.1 1; 3.8.3 1 2 5; 3.8.4 1 2 6; 3.9.3 1;
            3.10.1 1; 3.10.3 2; 3.10.4 4 5; 3.12.4 1; 3.14.0 1; 3.14.1 1; 3.14.2 2; 3.14.4 1 2 3; 3.15.1 1;
            4.1.0 1 2; 4.3.2 4 5; 4.3.3 8 10 11 12; 4.4.0 1 2; 4.6.0 2; 4.7.3 1 2 3; 4.9.0 3; 4.12.0 1 6; 4.13.1 1; 4.13.2 1;
            """;

    private record Row(String statement, String tests) {}

    @Test
    void hasEveryStatementOnce() throws IOException {
        assertThat(rows()).extracting(Row::statement).containsExactlyInAnyOrderElementsOf(owned());
    }

    @Test
    void namesOnlyTestsThatAreThere() throws Exception {
        for (Row row : rows()) {
            List<String> names = TEST.matcher(row.tests())
                    .results()
                    .map(found -> found.group(1) + "." + found.group(2))
                    .toList();
            String expected = names.isEmpty() ? "-" : "`" + String.join("`, `", names) + "`";
            assertThat(row.tests().strip()).as(row.statement()).isEqualTo(expected);
            for (String name : names) {
                assertThat(isTest(name)).as(row.statement() + ": " + name).isTrue();
            }
        }
    }

    private static boolean isTest(String name) throws ClassNotFoundException {
        int dot = name.indexOf('.');
        Class<?> type = Class.forName(ConformanceTableTest.class.getPackageName() + "." + name.substring(0, dot));
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(name.substring(dot + 1)))
                .anyMatch(ConformanceTableTest::isTest);
    }

    private static boolean isTest(Method method) {
        return AnnotationSupport.isAnnotated(method, Testable.class);
    }

    private static List<String> owned() {
        List<String> owned = new ArrayList<>();
        for (String section : OWNED.replace("\n", " ").split(";")) {
            String[] parts = section.strip().split(" ");
            for (int i = 1; i < parts.length; i++) {
                owned.add(parts[0] + "-" + parts[i]);
            }
        }
        return owned;
    }

    private static List<Row> rows() throws IOException {
        Path root = Path.of(Objects.requireNonNullElse(System.getenv("FIELDWATCH_ROOT"), ".."));
        return ROW.matcher(Files.readString(root.resolve("docs/mqtt-conformance.md")))
                .results()
                .map(found -> new Row(found.group(1), found.group(4)))
                .toList();
    }
}
