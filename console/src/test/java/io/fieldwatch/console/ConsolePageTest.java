package io.fieldwatch.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import io.fieldwatch.alerts.AlertState;
import io.fieldwatch.alerts.Priority;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Label;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page in a real browser. */
@Timeout(120)
final class ConsolePageTest {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path NODE = Path.of("/usr/bin/node");
    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-quic",
            "--no-first-run",
            "--disable-component-update",
            "--disable-sync",
            "--disable-gpu");
    private static final String HOSTILE = "\"><img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";
    private static final Label FLOOD = new Label("Mực nước sông vượt báo động II", "River level above flood stage II");

    private static @Nullable Tools tools;

    private record Tools(TestDatabase database, Playwright playwright, Browser browser) {}

    private final List<String> errors = new CopyOnWriteArrayList<>();
    private RunningConsole console;
    private Page page;
    private DeviceDefinition river;

    @BeforeAll
    static void launch() throws Exception {
        boolean there = Files.isExecutable(CHROMIUM) && Files.isExecutable(NODE);
        if (!there && "true".equals(System.getenv("CI"))) {
            fail("the page's tests need " + CHROMIUM + " and " + NODE + "; a build server must have both");
        }
        assumeTrue(there, "skipped: no " + CHROMIUM + " or no " + NODE + " on this machine");
        Map<String, String> environment =
                Map.of("PLAYWRIGHT_NODEJS_PATH", NODE.toString(), "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
        Browser browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(FLAGS));
        tools = new Tools(new TestDatabase(), playwright, browser);
    }

    @AfterAll
    static void quit() throws Exception {
        if (tools != null) {
            tools.playwright().close();
            tools.database().close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        TestDatabase database = Objects.requireNonNull(tools).database();
        console = new RunningConsole(database.dataSource());
        river = console.city.define(
                "water-level", "wl-001", "Trạm thủy văn Nậm La 1", "Phường Tô Hiệu", 21.331, 103.912);
        Instant now = Instant.now();
        double[] levels = IntStream.range(0, 61)
                .mapToDouble(i -> 4.2 + 2.3 * i / 60 + Math.sin(i / 4.0) / 9)
                .toArray();
        database.fill(
                console.city, river, "current_level", now.minus(Duration.ofHours(1)), Duration.ofMinutes(1), levels);
        console.city.observe(river, Map.of("currentLevel", 6.42, "flowSpeed", 2.7, "batteryLevel", 0.86));
        console.desk.raise(console.city.alert("a1", river, Priority.P1, FLOOD, "currentLevel", 6.42, 6.0));
        await().untilAsserted(() -> assertThat(console.live.metrics().get(ConsoleMetric.LIVE_OBSERVATIONS))
                .isEqualTo(1));
        page = tools.browser().newPage(new Browser.NewPageOptions().setViewportSize(1920, 1080));
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                errors.add(message.text());
            }
        });
        page.onPageError(errors::add);
    }

    @AfterEach
    void stop() {
        page.close();
        console.close();
    }

    @Test
    void letsAnOperatorSeeAnAlertAndAcknowledgeIt() {
        open();
        Locator row = row("a1");
        assertThat(row).containsText("Mực nước sông vượt báo động II");
        assertThat(row).containsText("Trạm thủy văn Nậm La 1");
        assertThat(row).containsText("6,42");
        assertThat(page.locator("#reporting")).hasText("1");
        assertThat(page.locator("#unacknowledged")).hasText("1");
        assertThat(page.locator("#map .alert-mark .P1")).isVisible();
        page.getByLabel("Người trực").fill("Lò Văn An");
        row.getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions()
                                .setName("Xác nhận Acknowledge")
                                .setExact(true))
                .click();
        assertThat(row).containsText("Đã xác nhận");
        assertThat(row).containsText("Lò Văn An");
        assertThat(page.locator("#unacknowledged")).hasText("0");
        assertThat(console.desk.find("a1").orElseThrow().state()).isEqualTo(AlertState.ACKNOWLEDGED);
        assertThat(errors).isEmpty();
    }

    @Test
    void followsTheCityWithoutBeingReloaded() {
        open();
        assertThat(row("a1")).isVisible();
        console.desk.raise(console.city.alert(
                "a2", river, Priority.P3, new Label("Pin yếu", "Low battery"), "batteryLevel", 0.08, 0.1));
        assertThat(row("a2")).containsText("8 %");
        assertThat(page.locator("#announcer")).containsText("Pin yếu");
        DeviceDefinition late =
                console.city.define("noise-level", "nl-9", "Trạm đo ồn mới", "Phường Chiềng An", 21.34, 103.9);
        console.city.observe(late, Map.of("laeq", 61.5));
        console.city.observe(river, Map.of("currentLevel", 6.77));
        assertThat(page.locator("#device-values")).containsText("6,77");
        assertThat(page.locator("#known")).hasText(" / 2");
        console.desk.clear("a2");
        assertThat(row("a2")).containsText("Đã trở lại bình thường");
        assertThat(errors).isEmpty();
    }

    @Test
    void drawsTheChartOfTheDeviceInAlert() {
        open();
        assertThat(page.locator("#device-name")).containsText("Trạm thủy văn Nậm La 1");
        assertThat(page.locator("#chart canvas")).isVisible();
        assertThat(page.locator("#chart-readout")).containsText("m");
        page.getByText("1 giờ").click();
        assertThat(page.locator("#chart canvas")).isVisible();
        assertThat(errors).isEmpty();
    }

    @Test
    void movesNoRowWhileSomeonePointsAtTheList() {
        open();
        row("a1").hover();
        double before = row("a1").boundingBox().y;
        console.desk.raise(console.city.alert("a0", river, Priority.P1, FLOOD, "currentLevel", 6.9, 6.0));
        assertThat(page.locator("#new-alerts")).containsText("1 cảnh báo mới");
        assertThat(page.locator("#alert-list li")).hasCount(1);
        assertThat(row("a1").boundingBox().y).isEqualTo(before);
        page.locator("#title-vi").hover();
        assertThat(page.locator("#alert-list li")).hasCount(2);
        assertThat(page.locator("#alert-list li").first()).hasAttribute("data-id", "a0");
    }

    @Test
    void canBeWorkedByKeyboardAlone() {
        console.desk.raise(console.city.alert("a0", river, Priority.P2, FLOOD, "currentLevel", 6.9, 6.0));
        open();
        assertThat(page.locator("#alert-list li")).hasCount(2);
        page.locator("li[data-id=a1] .pick").focus();
        page.keyboard().press("ArrowDown");
        assertThat(page.locator("li[data-id=a0] .pick")).isFocused();
        page.keyboard().press("a");
        await().untilAsserted(() ->
                assertThat(console.desk.find("a0").orElseThrow().state()).isEqualTo(AlertState.ACKNOWLEDGED));
    }

    @Test
    void showsAHostileDeviceIdAsTextAndRunsNothingOfIt() {
        DeviceDefinition evil = console.city.define("water-level", HOSTILE, HOSTILE, HOSTILE, 21.34, 103.92);
        console.city.observe(evil, Map.of("currentLevel", 9.0));
        console.desk.raise(
                console.city.alert("evil", evil, Priority.P1, new Label(HOSTILE, HOSTILE), "currentLevel", 9, 6));
        open();
        assertThat(row("evil").locator(".vi")).hasText(HOSTILE);
        row("evil").locator(".pick").click();
        assertThat(page.locator("#device-name b")).hasText(HOSTILE);
        assertThat(page.locator("#map .area span").last()).containsText("<script>");
        page.locator("#device-find").fill("onerror");
        assertThat(page.locator("#device-options option")).hasCount(1);
        page.locator("#map .alert-mark").first().hover();
        assertThat(page.evaluate("window.hacked")).isNull();
        assertThat(page.locator("img[src=x]")).hasCount(0);
        assertThat(page.locator("body script")).hasCount(0);
        // The hostile id has no row in the database, so its chart is empty; that is the only thing missing.
        assertThat(page.locator("#chart-note")).containsText("Không có dữ liệu");
        assertThat(errors).isEmpty();
    }

    @Test
    void saysHowOldItsDataIsWhenTheServerIsGone() {
        open();
        assertThat(page.locator("#link")).containsText("Trực tuyến");
        console.server.close();
        assertThat(page.locator("#stale"))
                .containsText("Dữ liệu cũ", new LocatorAssertions.ContainsTextOptions().setTimeout(15_000));
        assertThat(page.locator("#link")).containsText("Mất kết nối");
    }

    /** For people to look at: a city of 180 devices with alerts of every priority. */
    @Test
    void fillsAWallWithoutOverflowingIt() throws Exception {
        Random random = new Random(7);
        List<DeviceDefinition> devices = crowd(random);
        Label[] labels = {
            new Label("Bụi mịn PM2.5 rất cao", "PM2.5 very high"),
            new Label("Ùn tắc giao thông kéo dài tại nút giao", "Lasting congestion at the junction"),
            new Label("Thùng rác đầy", "Waste container full"),
            new Label("Điện áp chiếu sáng thấp", "Street light voltage low")
        };
        Priority[] priorities = {Priority.P2, Priority.P3, Priority.P4, Priority.P5};
        String[] properties = {"pm25", "occupancy", "fillingLevel", "voltage"};
        double[][] values = {{168.4, 150}, {0.93, 0.8}, {0.97, 0.9}, {171.2, 195}};
        for (int i = 0; i < 12; i++) {
            int which = i % 4;
            DeviceDefinition device = devices.stream()
                    .filter(each -> console.city
                            .kindOf(each)
                            .property(properties[which])
                            .isPresent())
                    .skip(i)
                    .findFirst()
                    .orElseThrow();
            console.desk.raise(console.city.alert(
                    "c" + i, device, priorities[which], labels[which], properties[which], values[which]));
        }
        console.post("/api/v1/alerts/c0/acknowledge", "{\"user\":\"Cà Thị Hoa\"}", "Content-Type", "application/json");
        console.post("/api/v1/alerts/c5/acknowledge", "{\"user\":\"Lò Văn An\"}", "Content-Type", "application/json");
        console.desk.clear("c2");
        open();
        assertThat(page.locator("#alert-list li")).hasCount(13);
        page.getByText("1 giờ").click();
        assertThat(page.locator("#chart canvas")).isVisible();
        page.locator("#alert-list li").last().scrollIntoViewIfNeeded();
        screenshot("acknowledged");
        for (int[] size : new int[][] {{1920, 1080}, {1366, 768}, {3840, 2160}, {800, 1000}}) {
            page.setViewportSize(size[0], size[1]);
            page.waitForTimeout(600);
            screenshot(String.valueOf(size[0]));
            assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .isEqualTo(true);
            assertThat(overflowing()).as("texts cut off at %d", size[0]).isEmpty();
        }
        assertThat(errors).isEmpty();
    }

    private List<DeviceDefinition> crowd(Random random) {
        String[] kinds = {"air-quality", "traffic-flow", "waste-container", "streetlight", "parking", "camera"};
        Map<String, Map<String, Double>> said = Map.of(
                "air-quality", Map.of("pm25", 31.0, "temperature", 24.5, "relativeHumidity", 0.71),
                "traffic-flow", Map.of("intensity", 12.0, "averageVehicleSpeed", 38.5, "occupancy", 0.2),
                "waste-container", Map.of("fillingLevel", 0.4),
                "streetlight", Map.of("voltage", 228.0, "powerConsumption", 74.0),
                "parking", Map.of("availableSpotNumber", 42.0),
                "camera", Map.of("fps", 25.0));
        Object[][] wards = {
            {"Phường Tô Hiệu", 21.3275, 103.9140},
            {"Phường Chiềng An", 21.3480, 103.8990},
            {"Phường Chiềng Cơi", 21.3110, 103.9020},
            {"Phường Chiềng Sinh", 21.2950, 103.9480}
        };
        List<DeviceDefinition> devices = new ArrayList<>();
        for (int i = 0; i < 180; i++) {
            Object[] ward = wards[i % 4];
            String kind = kinds[random.nextInt(kinds.length)];
            DeviceDefinition device = console.city.define(
                    kind,
                    kind + "-" + i,
                    console.city.kind(kind).label().vi() + " số " + i,
                    (String) ward[0],
                    (double) ward[1] + random.nextGaussian() * 0.0055,
                    (double) ward[2] + random.nextGaussian() * 0.0075);
            devices.add(device);
            console.city.observe(device, said.getOrDefault(kind, Map.of()));
        }
        await().untilAsserted(() -> assertThat(console.live.metrics().get(ConsoleMetric.LIVE_OBSERVATIONS))
                .isEqualTo(181));
        return devices;
    }

    /** Texts of the list and the header whose boxes are too small for them. */
    private String overflowing() {
        return (String) page.evaluate("""
                [...document.querySelectorAll("h1, .tile, .tile-name, .pick, .measured, .when, .state, .acknowledge, .panel-head")]
                  .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
                  .map((e) => e.className + ": " + e.textContent).join("; ")
                """);
    }

    private void screenshot(String name) {
        String folder = System.getProperty("fieldwatch.screenshots", "target");
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(folder, "console-" + name + ".png")));
    }

    private Locator row(String alert) {
        return page.locator("#alert-list li[data-id='" + alert + "']");
    }

    private void open() {
        page.navigate(console.uri("/").toString());
        assertThat(page.locator("#alert-list li").first()).isVisible();
    }
}
