package io.assent.systemtests;

import static io.assent.systemtests.WatchedCoordinator.AWAY;
import static io.assent.systemtests.WatchedCoordinator.CONTRARY;
import static io.assent.systemtests.WatchedCoordinator.OBEDIENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Goal: an operator sees what there is, on a desk and on a phone, in light and dark, with the keyboard alone, and can do what
 * the console offers. Method: a real browser in front of a real coordinator whose participants obey, are away, or did the
 * opposite; each view is checked by axe-core; screenshots are kept in {@code target/screenshots}.
 */
class ConsoleBrowserIntegrationTests {

    /** More than fits on two pages. */
    private static final int FEW = 120;

    private static final int MANY = 100_000;

    /** Would be a heading of its own if anything that comes from outside were taken for HTML. */
    private static final String HOSTILE = "<h1 id=\"injected\">checkout</h1>";

    private static WatchedCoordinator coordinator;
    private static Playwright playwright;
    private static Browser browser;
    private static String committed;
    private static String rolledBack;
    private static String awaiting;
    private static String heuristic;
    private static String open;

    private final List<Visitor> visitors = new ArrayList<>();

    @BeforeAll
    static void startEverything() throws Exception {
        coordinator = WatchedCoordinator.start();
        playwright = Chromium.playwright();
        browser = Chromium.launch(playwright);
        PlaywrightAssertions.setDefaultAssertionTimeout(Visitor.PATIENCE.toMillis());
        committed = coordinator.committed("checkout", OBEDIENT);
        rolledBack = coordinator.rolledBack(HOSTILE, "the customer left <b>at once</b>", OBEDIENT);
        awaiting = coordinator.committed("delivery", OBEDIENT, AWAY);
        heuristic = coordinator.committed("points", OBEDIENT, CONTRARY);
        open = coordinator.prepared("still open", OBEDIENT);
    }

    @AfterAll
    static void stopEverything() {
        if (playwright != null) {
            playwright.close();
        }
        if (coordinator != null) {
            coordinator.close();
        }
    }

    @AfterEach
    void nothingWentWrongInTheBrowser() {
        List<String> problems = visitors.stream()
                .flatMap(visitor -> visitor.problems().stream())
                .toList();
        visitors.forEach(Visitor::close);
        assertThat(problems)
                .as("console errors, uncaught exceptions, violations of the content security policy")
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, DESKTOP", "DARK, DESKTOP", "LIGHT, SMALL_PHONE", "DARK, SMALL_PHONE"})
    void every_view_tells_what_there_is_in_light_and_dark_on_desk_and_phone(ColorScheme scheme, Visitor.Screen screen)
            throws Exception {
        Visitor visitor = visitor(screen, scheme);
        String suffix = "-" + screen.name().toLowerCase() + "-" + scheme.name().toLowerCase();

        visitor.open("#/").expect("live").hasAttribute("data-status", "on");
        visitor.expect("problems").containsText("a person is needed");
        visitor.expect("problems").containsText("not acknowledged by all");
        visitor.expect("tile-commits").hasText(Pattern.compile("\\d.*"));
        visitor.page().waitForCondition(() -> drawnLines(visitor));
        assertFine(visitor, "console-overview" + suffix);

        visitor.open("#/transactions?participant=" + OBEDIENT).see("row-" + open);
        visitor.expect("row-" + committed).containsText("committed");
        visitor.expect("row-" + rolledBack).containsText(HOSTILE);
        visitor.expect("row-" + awaiting).containsText("awaits " + AWAY);
        visitor.expect("row-" + heuristic).containsText("heuristic mixed");
        assertFine(visitor, "console-transactions" + suffix);

        visitor.open("#/transactions/" + committed).see("event-COMPLETED");
        visitor.expect("timeline").containsText(OBEDIENT + " voted PREPARED");
        assertFine(visitor, "console-committed" + suffix);
        visitor.open("#/transactions/" + rolledBack).see("event-COMPLETED");
        visitor.expect("event-DECIDED").containsText("the customer left <b>at once</b>");
        PlaywrightAssertions.assertThat(visitor.page().locator("#injected")).hasCount(0);
        assertFine(visitor, "console-rolled-back" + suffix);
        visitor.open("#/transactions/" + awaiting).expect("awaited-2").containsText(AWAY);
        visitor.expect("awaited-2").containsText(Pattern.compile("orders? sent"));
        assertFine(visitor, "console-awaiting" + suffix);
        visitor.open("#/transactions/" + heuristic).expect("outcome").hasText("heuristic mixed");
        visitor.see("resolve");
        assertFine(visitor, "console-heuristic" + suffix);
        visitor.open("#/transactions/" + open).expect("timeline").containsText("The decision");

        visitor.open("#/doubt").expect("committing").containsText(awaiting);
        visitor.expect("preparing").hasAttribute("data-known", "true");
        assertFine(visitor, "console-in-doubt" + suffix);

        visitor.open("#/heuristic").see("row-" + heuristic);
        visitor.see("resolve");
        assertFine(visitor, "console-heuristics" + suffix);
        visitor.click("resolve").see("confirm");
        assertFine(visitor, "console-dialog" + suffix);
        visitor.click("cancel");

        // Only who was called by this instance is listed, and another test may have started it anew.
        coordinator.committed("seen", OBEDIENT);
        visitor.open("#/participants").expect("participant-" + AWAY).containsText("answered with status 503");
        visitor.expect("participant-" + AWAY).containsText("Branches not acknowledged");
        visitor.expect("participant-" + OBEDIENT).containsText("Last answer");
        assertFine(visitor, "console-participants" + suffix);

        visitor.open("#/log").expect("log-main").containsText("can be written");
        visitor.expect("primary").containsText("single");
        visitor.expect("primary").containsText("Decisions in a write");
        visitor.expect("instances").containsText("this one");
        assertFine(visitor, "console-log" + suffix);

        visitor.open("#/doctor").expect("check-log-available").hasAttribute("data-status", "OK");
        visitor.expect("check-log-standby").containsText("What to do");
        visitor.click("examine").expect("examined").containsText("Examined");
        assertFine(visitor, "console-doctor" + suffix);
    }

    @Test
    void how_long_decisions_take_is_told_from_their_buckets() throws Exception {
        Visitor visitor = desktop().open("#/");
        visitor.expect("live").hasAttribute("data-status", "on");
        coordinator.committed("measured", OBEDIENT);
        visitor.expect("tile-decide").hasText(Pattern.compile("\\d.* m?s"));

        String quantile = "async ([share, now, before]) => (await import('./assets/live.js'))"
                + ".quantile(share, now, before, [10, 100, 1000])";
        Map<String, Object> before = Map.of("count", 10, "within", List.of(4, 10, 10));
        Map<String, Object> now = Map.of("count", 110, "within", List.of(54, 100, 108));
        assertThat(visitor.page().evaluate(quantile, List.of(0.5, now, before))).isEqualTo(10);
        assertThat(visitor.page().evaluate(quantile, List.of(0.7, now, before))).isEqualTo(55);
        assertThat(visitor.page().evaluate(quantile, List.of(0.99, now, before)))
                .as("beyond the last bound")
                .isEqualTo(1000);
        assertThat(visitor.page().evaluate(quantile, List.of(0.5, now, now)))
                .as("nothing was counted")
                .isEqualTo(Double.NaN);
    }

    @Test
    void a_transaction_that_awaits_somebody_is_seen_to_end_without_reloading() throws Exception {
        String id = coordinator.committed("late", AWAY);
        Visitor visitor = desktop().open("#/transactions/" + id);
        visitor.expect("awaited-1").containsText(Pattern.compile("([2-9]|\\d\\d+) orders sent"));
        visitor.expect("status").hasText("committing");
        try {
            coordinator.callBack();
            visitor.see("event-COMPLETED").see("event-ACKNOWLEDGED");
            visitor.expect("status").hasText("committed");
            PlaywrightAssertions.assertThat(visitor.at("awaited-1")).hasCount(0);
        } finally {
            coordinator.away();
        }
        awaiting = coordinator.committed("delivery", OBEDIENT, AWAY);
    }

    @Test
    void a_heuristic_outcome_is_resolved_with_a_reason_after_its_consequence_was_read() throws Exception {
        String id = coordinator.committed("to be resolved", CONTRARY);
        Visitor visitor = desktop().open("#/heuristic");
        visitor.at("row-" + id).getByTestId("resolve").click();
        visitor.expect("consequence").containsText("cannot be undone");
        visitor.expect("confirm").isDisabled();
        assertThat(visitor.focused()).isEqualTo("reason");

        visitor.at("reason").fill("refunded by hand, ticket <i>4711</i>");
        visitor.click("confirm");

        visitor.expect("notice").containsText(id);
        PlaywrightAssertions.assertThat(visitor.at("row-" + id)).hasCount(0);
        visitor.open("#/transactions/" + id)
                .expect("event-RESOLVED")
                .containsText("refunded by hand, ticket <i>4711</i>");
        assertThat(coordinator.transaction(id).path("completion").asString()).isEqualTo("COMPLETE");
        PlaywrightAssertions.assertThat(visitor.at("resolve")).hasCount(0);
    }

    @Test
    void an_action_that_is_refused_says_why_and_can_be_tried_again() {
        Visitor visitor = desktop();
        visitor.page()
                .route(
                        "**/resolution",
                        (Route route) -> route.fulfill(new Route.FulfillOptions()
                                .setStatus(503)
                                .setContentType("application/problem+json")
                                .setBody("{\"type\":\"urn:assent:problem:decision-log-unavailable\","
                                        + "\"detail\":\"It is away; ask again\"}")));
        visitor.open("#/transactions/" + heuristic).click("resolve");
        visitor.at("reason").fill("a reason");
        visitor.click("confirm");

        visitor.expect("dialog-problem").hasText("It is away; ask again");
        visitor.expect("confirm").isEnabled();
    }

    @Test
    void a_decision_is_sent_again_on_request() {
        Visitor visitor = desktop();
        visitor.open("#/transactions/" + awaiting).click("retry");
        visitor.expect("consequence").containsText("The decision does not change");
        visitor.at("reason").fill("it is up again");
        Request asked = visitor.page().waitForRequest("**/retry", () -> visitor.click("confirm"));

        assertThat(asked.postData()).isEqualTo("{\"reason\":\"it is up again\"}");
        visitor.expect("notice").containsText("sent again");
    }

    @Test
    void what_the_coordinator_cannot_do_is_not_offered_and_what_it_cannot_tell_is_said() {
        Visitor visitor = desktop();
        for (String call : List.of("**/v1/transactions/*/retry", "**/v1/participants")) {
            visitor.page()
                    .route(
                            call,
                            (Route route) -> route.fulfill(new Route.FulfillOptions()
                                    .setStatus(404)
                                    .setContentType("application/problem+json")
                                    .setBody("{\"type\":\"urn:assent:problem:not-found\"}")));
        }
        visitor.open("#/transactions/" + heuristic).see("resolve");
        PlaywrightAssertions.assertThat(visitor.at("retry")).hasCount(0);
        visitor.open("#/participants").expect("absent").containsText("no call for that");
        assertFine(visitor, "console-participants-absent");
    }

    @Test
    void a_hundred_thousand_transactions_are_searched_and_paged_through() throws Exception {
        coordinator.fill("few", FEW);
        coordinator.fill("many", MANY);
        Visitor visitor = desktop().open("#/transactions");
        visitor.expect("found").hasAttribute("data-count", "50");
        visitor.click("older").expect("page").hasText("Page 2");
        assertThat(visitor.page().locator("[data-testid^=row-]").count()).isEqualTo(50);

        visitor.open("#/transactions?name=few");
        visitor.expect("search").hasValue("few");
        visitor.expect("found").hasAttribute("data-count", "50");
        visitor.click("older").expect("page").hasText("Page 2");
        visitor.click("older").expect("page").hasText("Page 3");
        visitor.expect("found").hasAttribute("data-count", Integer.toString(FEW - 100));
        visitor.expect("older").isDisabled();
        visitor.click("newer").expect("page").hasText("Page 2");
        visitor.expect("found").hasAttribute("data-count", "50");

        visitor.at("search").fill("");
        visitor.at("filter-state").selectOption("ROLLED_BACK");
        visitor.at("filter-participant").fill(OBEDIENT);
        visitor.click("search-button");
        visitor.expect("found").hasAttribute("data-count", "1");
        visitor.see("row-" + rolledBack);
        visitor.at("filter-age").selectOption("P1D");
        visitor.click("search-button");
        visitor.expect("found").hasText("Nothing found.");
        visitor.at("filter-participant").fill("no such name!");
        visitor.click("search-button");
        visitor.expect("problem").isVisible();
    }

    @Test
    void everything_is_reached_with_the_keyboard_alone() {
        Visitor elsewhere = desktop().open("#/log").see("view-log");
        elsewhere.page().keyboard().press("Tab");
        elsewhere.page().keyboard().press("Enter");
        assertThat(elsewhere.page().evaluate("document.activeElement.id")).isEqualTo("main");
        elsewhere.see("view-log");

        Visitor visitor = desktop().open("#/").see("tile-commits");
        visitor.page().keyboard().press("Tab");
        assertThat(visitor.page().evaluate("document.activeElement.className")).isEqualTo("skip");
        visitor.pressUntilFocused("Tab", "nav-log");
        assertThat(visitor.page().evaluate("getComputedStyle(document.activeElement).outlineStyle"))
                .as("where the focus is can be seen")
                .isEqualTo("solid");

        visitor.page().keyboard().press("/");
        visitor.see("view-transactions");
        visitor.expect("search").isFocused();
        visitor.page().keyboard().type(heuristic);
        visitor.page().keyboard().press("Enter");
        visitor.expect("transaction-id").hasText(heuristic);
        visitor.see("resolve").pressUntilFocused("Tab", "resolve");
        visitor.page().keyboard().press("Enter");
        visitor.expect("reason").isFocused();
        visitor.page().keyboard().type("/ is a letter here");
        for (int presses = 0; presses < 8; presses++) {
            visitor.page().keyboard().press("Tab");
            assertThat(visitor.page()
                            .evaluate("document.activeElement === document.body"
                                    + " || Boolean(document.activeElement.closest('dialog'))"))
                    .as("the focus stays in the dialog")
                    .isEqualTo(true);
        }
        visitor.page().keyboard().press("Escape");
        PlaywrightAssertions.assertThat(visitor.at("confirm")).hasCount(0);
        visitor.expect("resolve").isFocused();
    }

    @Test
    void somebody_who_watches_does_not_keep_a_coordinator_from_ending_and_goes_on_with_the_next() throws Exception {
        // While it is away, the browser reports more than answers of the API.
        Visitor visitor = visitor(Visitor.Screen.DESKTOP, ColorScheme.LIGHT, coordinator.url() + "/");
        visitor.open("#/").expect("live").hasAttribute("data-status", "on");
        visitor.page().waitForCondition(() -> drawnLines(visitor));

        coordinator.process().stop();

        visitor.expect("live").hasAttribute("data-status", "off");
        assertThat(coordinator.log()).contains("Graceful shutdown complete").doesNotContain("still active");
        coordinator.process().start();
        coordinator.process().awaitReady();
        visitor.expect("live").hasAttribute("data-status", "on");
    }

    @Test
    void the_colours_can_be_chosen_whatever_the_system_prefers() {
        Visitor visitor = visitor(Visitor.Screen.DESKTOP, ColorScheme.DARK).open("#/");
        visitor.see("theme");
        assertThat(brightness(visitor)).isLessThan(60);

        visitor.click("theme");

        visitor.page().getByTitle("Colours: light").waitFor();
        assertThat(brightness(visitor)).isGreaterThan(220);
        visitor.page().reload();
        visitor.see("theme");
        assertThat(brightness(visitor)).as("remembered").isGreaterThan(220);
    }

    @Test
    void an_operator_logs_in_with_a_key_acts_under_a_name_and_leaves_nothing_of_the_key_behind() throws Exception {
        try (WatchedCoordinator guarded = WatchedCoordinator.startWithKeys()) {
            String id = guarded.committed("delivery", AWAY);
            theLogInIsFineOnDeskAndPhone(guarded, id);
            Visitor visitor = visitor(guarded, Visitor.Screen.DESKTOP, ColorScheme.LIGHT);
            visitor.open("#/transactions/" + id).expect("credential").isFocused();

            visitor.logIn("assent_nobody-has-this-one");
            visitor.expect("login-problem").containsText("not known here");
            visitor.logIn("“assent_pasted with quotes”");
            visitor.expect("login-problem").containsText("no key and no token");
            visitor.logIn(WatchedCoordinator.SERVICE_KEY);
            visitor.expect("login-problem").containsText("This needs the scope tx:operate");
            visitor.expect("credential").isFocused();
            assertFine(visitor, "console-login-refused");
            assertThat(stored(visitor)).isEqualTo("{}");

            visitor.logIn("  " + WatchedCoordinator.OPERATOR_KEY + " ");
            visitor.expect("transaction-id").hasText(id);
            visitor.expect("live").hasAttribute("data-status", "on");
            retryWithReason(visitor, "it is up again");
            visitor.expect("notice").containsText("sent again");
            Awaitility.await("the audit log names the operator")
                    .atMost(Visitor.PATIENCE)
                    .until(() -> guarded.log()
                            .contains("who=\"" + WatchedCoordinator.OPERATOR + "@127.0.0.1\" what=\"retry\""));
            assertThat(guarded.log()).doesNotContain(WatchedCoordinator.OPERATOR_KEY, WatchedCoordinator.SERVICE_KEY);

            visitor.open("#/").expect("live").hasAttribute("data-status", "on");
            visitor.page().waitForCondition(() -> drawnLines(visitor));
            visitor.page().reload();
            visitor.expect("live").hasAttribute("data-status", "on");
            assertFine(visitor, "console-logged-in");
            assertThat(visitor.page().url()).doesNotContain("assent_");
            assertThat(visitor.page().evaluate("JSON.stringify(localStorage) + document.cookie"))
                    .asString()
                    .doesNotContain("assent_");
            Page another = visitor.page().context().newPage();
            another.navigate(guarded.url() + "/console/");
            PlaywrightAssertions.assertThat(another.getByTestId("credential")).isVisible();

            visitor.open("#/transactions/" + id);
            itExpiresWhileAnActionIsAskedFor(visitor);
            visitor.logIn(WatchedCoordinator.OPERATOR_KEY);
            visitor.expect("transaction-id").hasText(id);
            visitor.click("log-out").see("credential");
            PlaywrightAssertions.assertThat(visitor.at("login-problem")).hasCount(0);
            assertThat(stored(visitor)).isEqualTo("{}");
            visitor.page().reload();
            visitor.see("credential");
            PlaywrightAssertions.assertThat(visitor.at("transaction-id")).hasCount(0);
        }
    }

    private void theLogInIsFineOnDeskAndPhone(WatchedCoordinator guarded, String id) {
        for (Visitor.Screen screen : List.of(Visitor.Screen.DESKTOP, Visitor.Screen.SMALL_PHONE)) {
            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                Visitor visitor = visitor(guarded, screen, scheme);
                visitor.open("#/").see("log-in");
                visitor.expect("credential").hasAttribute("autocomplete", "current-password");
                for (String hidden : List.of("nav-log", "live", "log-out", "login-problem")) {
                    PlaywrightAssertions.assertThat(visitor.at(hidden)).hasCount(0);
                }
                String suffix =
                        "-" + screen.name().toLowerCase() + "-" + scheme.name().toLowerCase();
                assertFine(visitor, "console-login" + suffix);
                visitor.logIn(WatchedCoordinator.OPERATOR_KEY);
                visitor.see("log-out").open("#/transactions/" + id).see("retry");
                visitor.expect("live").hasAttribute("data-status", "on");
                assertFine(visitor, "console-logged-in" + suffix);
            }
        }
    }

    private static void itExpiresWhileAnActionIsAskedFor(Visitor visitor) {
        String retry = "**/v1/transactions/*/retry";
        visitor.see("retry");
        visitor.page().route(retry, ConsoleBrowserIntegrationTests::notKnown);
        retryWithReason(visitor, "once more");
        visitor.expect("login-problem").containsText("has expired");
        PlaywrightAssertions.assertThat(visitor.at("confirm")).hasCount(0);
        visitor.expect("credential").isFocused();
        assertThat(stored(visitor)).isEqualTo("{}");
        visitor.page().unroute(retry);
    }

    private static void notKnown(Route route) {
        route.fulfill(new Route.FulfillOptions()
                .setStatus(401)
                .setContentType("application/problem+json")
                .setBody("{\"type\":\"urn:assent:problem:unauthorized\"}"));
    }

    private static void retryWithReason(Visitor visitor, String reason) {
        visitor.click("retry").at("reason").fill(reason);
        visitor.click("confirm");
    }

    private static Object stored(Visitor visitor) {
        return visitor.page().evaluate("JSON.stringify(sessionStorage)");
    }

    @Test
    void a_stream_that_is_refused_leads_to_the_log_in_and_nothing_more_is_asked() {
        // The stream is no part of the API.
        Visitor visitor = visitor(Visitor.Screen.DESKTOP, ColorScheme.LIGHT, coordinator.url() + "/");
        visitor.page().route("**/console/live", ConsoleBrowserIntegrationTests::notKnown);

        visitor.open("#/doubt").see("credential");

        PlaywrightAssertions.assertThat(visitor.at("committing")).hasCount(0);
        visitor.page().unroute("**/console/live");
        visitor.page().reload();
        visitor.expect("live").hasAttribute("data-status", "on");
        PlaywrightAssertions.assertThat(visitor.at("log-out")).hasCount(0);
    }

    private static boolean drawnLines(Visitor visitor) {
        return (Boolean)
                visitor.page()
                        .evaluate(
                                "[...document.querySelectorAll('.chart canvas')].length === 3"
                                        + " && [...document.querySelectorAll('.chart canvas')].every((c) => c.points.length > 1 && c.width > 0)");
    }

    private static void assertFine(Visitor visitor, String screenshot) {
        visitor.longScreenshot(screenshot);
        assertThat(visitor.scrollsSideways())
                .as(screenshot + " can be scrolled sideways")
                .isFalse();
        assertThat(new AxeBuilder(visitor.page())
                        .setLegacyMode(true).analyze().getViolations().stream()
                                .map(rule -> rule.getId() + ": "
                                        + rule.getNodes().stream()
                                                .map(node -> node.getHtml())
                                                .toList())
                                .toList())
                .as("accessibility of " + screenshot)
                .isEmpty();
    }

    /** Of the background, 0 (black) to 255. */
    private static int brightness(Visitor visitor) {
        return ((Number) visitor.page()
                        .evaluate("Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g)"
                                + ".slice(0, 3).map(Number))"))
                .intValue();
    }

    private Visitor desktop() {
        return visitor(Visitor.Screen.DESKTOP, ColorScheme.LIGHT);
    }

    private Visitor visitor(Visitor.Screen screen, ColorScheme scheme) {
        return visitor(screen, scheme, coordinator.url() + "/v1/");
    }

    private Visitor visitor(Visitor.Screen screen, ColorScheme scheme, String api) {
        return visitor(new Visitor(browser, coordinator.url() + "/console", api, screen, scheme));
    }

    private Visitor visitor(WatchedCoordinator of, Visitor.Screen screen, ColorScheme scheme) {
        return visitor(new Visitor(browser, of.url() + "/console", of.url() + "/v1/", screen, scheme));
    }

    private Visitor visitor(Visitor visitor) {
        visitors.add(visitor);
        return visitor;
    }
}
