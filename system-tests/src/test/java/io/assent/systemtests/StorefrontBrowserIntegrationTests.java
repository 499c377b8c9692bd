package io.assent.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.assent.demo.process.SupervisedProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Goal: the storefront is a shop that people can use, and what it shows is what both databases hold, also while processes
 * die. Method: a real browser in front of the real processes; screenshots are kept in {@code target/screenshots}.
 */
class StorefrontBrowserIntegrationTests {

    /** Longer than a killed process takes to come back on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final long MUG = 950;

    private static Shop shop;
    private static Playwright playwright;
    private static Browser browser;

    private final List<Visitor> visitors = new ArrayList<>();

    @BeforeAll
    static void startBrowser() throws Exception {
        shop = Shop.started();
        playwright = Chromium.playwright();
        browser = Chromium.launch(playwright);
        PlaywrightAssertions.setDefaultAssertionTimeout(Visitor.PATIENCE.toMillis());
    }

    @AfterAll
    static void stopBrowser() {
        if (playwright != null) {
            playwright.close();
        }
    }

    /** Other tests kill processes; they come back, and nobody's failure is armed any more. */
    @BeforeEach
    void everythingWorks() {
        Awaitility.await("all processes are ready")
                .atMost(PATIENCE)
                .until(() ->
                        List.of(
                                        shop.system().coordinator(),
                                        shop.system().payment(),
                                        shop.system().order())
                                .stream()
                                .allMatch(SupervisedProcess::isReady));
        Awaitility.await("no failure is armed")
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> shop.breakNext("NONE", "NONE"));
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

    @Test
    void what_is_bought_is_paid_and_in_the_order_list() throws Exception {
        Visitor ada = desktop().open("#/").as("ada");
        long before = ada.balance();

        String number = ada.buy("mug", "mug", "bowl");

        ada.expectPhase("paid").see("outcome-paid").screenshot("paid");
        ada.expect("order-number").hasText(number);
        assertThat(shop.known(number)).isTrue();
        ada.page().getByText("See your orders").click();
        ada.expect("order-" + number).hasAttribute("data-status", "PAID");
        ada.expect("order-" + number).containsText("2 × Enamel mug");
        ada.expectBalance(before - 2 * MUG - 1_800);
        ada.expect("basket-count").hasText("0");
        ada.screenshot("orders");
        shop.assertBothOrNeither();
    }

    @Test
    void a_poor_customer_is_refused_with_the_reason_and_nothing_is_ordered() throws Exception {
        Visitor cleo = desktop().open("#/").as("cleo");
        long before = cleo.balance();

        String number = cleo.buy("lamp");

        cleo.expectPhase("refused").see("outcome-refused").screenshot("refused");
        cleo.expect("refusal-reason").containsText(Pattern.compile("\\S+ .*\\.$"));
        cleo.expect("pay").isEnabled();
        cleo.open("#/orders");
        PlaywrightAssertions.assertThat(cleo.page().getByText("Orders of Cleo")).isVisible();
        PlaywrightAssertions.assertThat(cleo.page().getByText("Fetching the orders"))
                .hasCount(0);
        cleo.expect("order-" + number).hasCount(0);
        cleo.expectBalance(before);
        cleo.screenshot("orders-empty");
        assertThat(shop.known(number)).isFalse();
        shop.assertBothOrNeither();
    }

    @Test
    void a_cancelled_order_is_refunded() throws Exception {
        Visitor ada = desktop().open("#/").as("ada");
        long before = ada.balance();
        String number = ada.buy("mug");
        ada.expectPhase("paid").open("#/orders");
        ada.expect("order-" + number).hasAttribute("data-status", "PAID");
        ada.expectBalance(before - MUG);

        ada.at("order-" + number).getByTestId("cancel").click();

        ada.expect("order-" + number).hasAttribute("data-status", "CANCELLED");
        ada.expect("notice").containsText(number);
        ada.expectBalance(before);
        ada.screenshot("orders-cancelled");
        shop.assertBothOrNeither();
    }

    @ParameterizedTest
    @CsvSource({"KILL_AFTER_VOTE, payment-service", "KILL_AFTER_DECISION, coordinator"})
    void a_process_killed_on_the_page_is_seen_to_come_back_and_the_checkout_is_complete(String failure, String victim)
            throws Exception {
        SupervisedProcess process = victim.equals("coordinator")
                ? shop.system().coordinator()
                : shop.system().payment();
        int starts = process.starts();
        Visitor visitor = desktop(ColorScheme.DARK).open("#/break");
        visitor.expect("light-" + victim).hasAttribute("data-state", "UP");
        visitor.at("failure-" + failure).check();

        String number =
                Visitor.orderNumber(visitor.page().waitForRequest("**/api/checkout", () -> visitor.click("break-buy")));

        visitor.expect("light-" + victim).hasAttribute("data-state", "DOWN");
        visitor.screenshot("break-" + failure + "-down");
        visitor.expect("report").hasAttribute("data-phase", "done");
        visitor.expect("light-" + victim).hasAttribute("data-state", "UP");
        visitor.expect("books").hasAttribute("data-equal", "true");
        visitor.expect("tx-state").hasText("COMMITTED");
        visitor.expect("report").containsText("is down.");
        visitor.expect("report").containsText("is up again.");
        visitor.expect("report").containsText("the order is there and paid");
        PlaywrightAssertions.assertThat(visitor.at("failure-NONE")).isChecked();
        visitor.longScreenshot("break-" + failure + "-done");
        assertThat(process.starts()).isGreaterThan(starts);
        assertThat(shop.known(number)).isTrue();
        shop.assertBothOrNeither();
    }

    @Test
    void what_a_dead_payment_service_holds_up_is_in_the_console_and_so_is_its_recovery() throws Exception {
        String coordinator = shop.system().coordinatorUrl();
        SupervisedProcess payment = shop.system().payment();
        shop.openAccount("console-watcher", 100_000);
        Visitor operator = new Visitor(
                browser, coordinator + "/console", coordinator + "/v1/", Visitor.Screen.DESKTOP, ColorScheme.LIGHT);
        visitors.add(operator);
        operator.open("#/doubt")
                .logIn(shop.system().operatorKey())
                .expect("committing")
                .containsText("None.");
        String number = Shop.orderNumber();
        shop.breakNext("KILL_AFTER_VOTE", "NONE");
        // It stays away until it was seen.
        payment.supervise(false);
        String transaction;
        try {
            CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return shop.checkout(number, "console-watcher").status();
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            Awaitility.await("it is dead")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> !payment.isAlive());
            long dead = System.nanoTime();
            operator.expect("committing").containsText("awaits payment-service");
            System.out.printf("In the console %d ms after the death.%n", (System.nanoTime() - dead) / 1_000_000);
            transaction = operator.at("committing")
                    .locator("[data-testid^=row-]")
                    .getAttribute("data-testid")
                    .substring(4);
            operator.screenshot("console-demo-in-doubt");
            operator.open("#/transactions/" + transaction)
                    .expect("timeline")
                    .containsText(Pattern.compile(
                            "Acknowledgement of [0-9.]+ at payment-service, since .*orders? sent", Pattern.DOTALL));
            operator.screenshot("console-demo-awaiting");
            assertThat(answer.get()).isIn(201, 503);
        } finally {
            payment.supervise(true);
            if (!payment.isAlive()) {
                payment.start();
            }
        }

        operator.see("event-COMPLETED").expect("state").hasText("committed");
        operator.expect("timeline")
                .containsText(Pattern.compile(
                        "Branch acknowledged\\s*[0-9.]+ at payment-service\\s*COMMITTED, after \\d+ orders"));
        operator.screenshot("console-demo-recovered");
        assertThat(shop.checkoutUntilKnown(number, "console-watcher").status()).isIn(200, 201);
        shop.assertBothOrNeither();
        assertThat(shop.known(number)).isTrue();
    }

    @Test
    void a_checkout_whose_reply_is_lost_is_unknown_until_one_asks_again() throws Exception {
        Visitor ada = phone(ColorScheme.LIGHT).open("#/").as("ada");
        CompletableFuture<Shop.Answer> sent = loseReplyOfNextCheckout(ada);
        String number;
        shop.system().coordinator().pause();
        try {
            number = ada.buy("candles");
            ada.expectPhase("unknown").see("outcome-unknown").screenshot("unknown-reply-lost-phone");

            // Nobody can know yet, and the page survives being closed without forgetting what it does not know.
            ada.click("check-again");
            ada.expect("outcome-unknown").containsText("Asked 1 time, still unknown.");
            ada.page().reload();
            ada.expect("banner").containsText(number);
            ada.expect("banner").isInViewport();
            ada.screenshot("unknown-banner-phone");
        } finally {
            shop.system().coordinator().resume();
        }
        assertThat(sent.get().status()).as(sent.get().body()).isEqualTo(201);
        ada.click("open-basket").see("outcome-unknown").click("check-again");

        ada.expectPhase("paid").see("outcome-paid");
        ada.expect("order-number").hasText(number);
        assertThat(shop.known(number)).isTrue();
        shop.assertBothOrNeither();
    }

    @Test
    void a_checkout_while_the_coordinator_hangs_ends_unknown_and_then_certain() throws Exception {
        Visitor ada = desktop(ColorScheme.DARK).open("#/").as("ada");
        String number;
        shop.system().coordinator().pause();
        try {
            number = ada.buy("candles");
            ada.expectPhase("paying").screenshot("paying-dark");
            ada.expectPhase("unknown").see("outcome-unknown").screenshot("unknown-dark");
            ada.expect("outcome-unknown").containsText("Transaction");
            ada.click("check-again");
            ada.expect("outcome-unknown").containsText("Asked 1 time, still unknown.");
        } finally {
            shop.system().coordinator().resume();
        }
        shop.assertBothOrNeither();

        // The transaction's time ran out in the meantime: whichever way it was decided, the page says so.
        boolean paid = shop.known(number);
        Awaitility.await("the page knows").atMost(PATIENCE).until(() -> {
            if (ada.at("check-again").isVisible()) {
                ada.click("check-again");
                ada.expect("checkout-state").not().hasAttribute("data-phase", "paying");
            }
            return !"unknown".equals(ada.at("checkout-state").getAttribute("data-phase"));
        });
        if (!paid) {
            ada.expectPhase("rolled-back").see("outcome-rolled-back").screenshot("rolled-back-dark");
            ada.click("try-again");
        }
        ada.expectPhase("paid").see("outcome-paid");
        ada.expect("order-number").hasText(number);
        assertThat(shop.known(number)).isTrue();
        shop.assertBothOrNeither();
    }

    @Test
    void one_can_buy_with_the_keyboard_alone() throws Exception {
        Visitor ada = desktop().open("#/").as("ada");
        ada.page().reload();
        ada.see("add-mug");

        ada.page().keyboard().press("Tab");
        assertThat(ada.page().evaluate("document.activeElement.className"))
                .as("the first stop leads past the navigation")
                .isEqualTo("skip");
        ada.pressUntilFocused("Tab", "add-mug");
        assertThat(ada.page().evaluate("getComputedStyle(document.activeElement).outlineStyle"))
                .as("where the focus is can be seen")
                .isEqualTo("solid");
        ada.screenshot("keyboard-focus");
        ada.page().keyboard().press("Enter");
        ada.expect("basket-count").hasText("1");
        ada.pressUntilFocused("Shift+Tab", "open-basket");
        ada.page().keyboard().press("Enter");
        ada.see("pay").pressUntilFocused("Tab", "pay");
        String number = Visitor.orderNumber(ada.page()
                .waitForRequest("**/api/checkout", () -> ada.page().keyboard().press("Enter")));
        ada.expectPhase("paid");
        for (int presses = 0; presses < 10 && !focusedText(ada).equals("See your orders"); presses++) {
            ada.page().keyboard().press("Tab");
        }
        assertThat(focusedText(ada)).isEqualTo("See your orders");
        ada.page().keyboard().press("Enter");

        ada.expect("order-" + number).hasAttribute("data-status", "PAID");
        assertThat(shop.known(number)).isTrue();
    }

    @Test
    void escape_closes_the_basket_and_gives_the_focus_back() {
        Visitor visitor = desktop().open("#/").see("add-mug").click("open-basket");
        visitor.see("pay").screenshot("basket-empty");

        visitor.page().keyboard().press("Escape");

        PlaywrightAssertions.assertThat(visitor.at("pay")).isHidden();
        assertThat(visitor.focused()).isEqualTo("open-basket");
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, DESKTOP", "DARK, DESKTOP", "LIGHT, PHONE", "DARK, PHONE"})
    void every_view_is_drawn_in_light_and_dark_on_desk_and_phone(ColorScheme scheme, Visitor.Screen screen) {
        Visitor ada = visitor(screen, scheme);
        String suffix = "-" + screen.name().toLowerCase() + "-" + scheme.name().toLowerCase();
        ada.open("#/").as("ada").see("add-clock").longScreenshot("shop" + suffix);
        assertDrawn(ada, scheme);
        ada.click("add-mug").click("add-lamp").click("open-basket");
        ada.see("pay").screenshot("basket" + suffix);
        assertDrawn(ada, scheme);
        ada.click("pay").expectPhase("paid").see("outcome-paid").screenshot("paid" + suffix);
        assertDrawn(ada, scheme);
        ada.page().getByText("See your orders").click();
        ada.see("orders").screenshot("orders" + suffix);
        assertDrawn(ada, scheme);
        ada.page().locator(".order .transaction a").first().click();
        ada.expect("report").hasAttribute("data-phase", "done");
        ada.expect("tx-state").hasText("COMMITTED");
        ada.longScreenshot("break-looking-up" + suffix);
        assertDrawn(ada, scheme);
        ada.at("failure-REFUSE").check();
        ada.click("break-buy");
        ada.expect("report").containsText("In the end: no order, no payment.");
        ada.expect("report").hasAttribute("data-phase", "done");
        ada.expect("books").hasAttribute("data-equal", "true");
        ada.longScreenshot("break-refused" + suffix);
        assertDrawn(ada, scheme);
    }

    @Test
    void the_colours_can_be_chosen_whatever_the_system_prefers() {
        Visitor visitor = desktop(ColorScheme.DARK).open("#/").see("add-mug");
        assertThat(brightness(visitor)).isLessThan(60);

        visitor.page().getByTitle("Colours: auto").click();

        visitor.page().getByTitle("Colours: light").waitFor();
        assertThat(brightness(visitor)).isGreaterThan(220);
        visitor.page().reload();
        visitor.see("add-mug");
        assertThat(brightness(visitor)).as("remembered").isGreaterThan(220);
    }

    /** A test that looks for nothing finds nothing: this one shows that violations and errors would be found. */
    @Test
    void scripts_from_elsewhere_do_not_run_and_would_be_noticed() {
        Visitor visitor = desktop().open("#/").see("add-mug");
        visitor.page()
                .evaluate("() => { const script = document.createElement('script');"
                        + " script.textContent = 'window.injected = true'; document.head.append(script); }");
        visitor.page().evaluate("() => setTimeout(() => { throw new Error('on purpose') })");

        visitor.page().waitForCondition(() -> visitor.problems().size() >= 2);

        assertThat(visitor.page().evaluate("window.injected ?? false")).isEqualTo(false);
        assertThat(String.join("\n", visitor.problems()))
                .contains("Content Security Policy violated: script-src")
                .contains("Uncaught: Error: on purpose");
        visitors.remove(visitor);
        visitor.close();
    }

    private static void assertDrawn(Visitor visitor, ColorScheme scheme) {
        assertThat(visitor.scrollsSideways()).as("can be scrolled sideways").isFalse();
        assertThat(
                        visitor.page()
                                .evaluate(
                                        "[...document.querySelectorAll('.card-foot, .order, .button, .light, .panel, .table-wrap')]"
                                                + ".filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.className).join(' ')"))
                .as("boxes that are too small for what is in them")
                .isEqualTo("");
        if (scheme == ColorScheme.DARK) {
            assertThat(brightness(visitor)).isLessThan(60);
        } else {
            assertThat(brightness(visitor)).isGreaterThan(220);
        }
        assertThat(visitor.page()
                        .evaluate("[...document.images].filter((i) => i.complete && i.naturalWidth === 0)"
                                + ".map((i) => i.src).join(' ')"))
                .as("pictures that could not be loaded")
                .isEqualTo("");
    }

    /** Of the background, 0 (black) to 255. */
    private static int brightness(Visitor visitor) {
        return ((Number) visitor.page()
                        .evaluate("Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g)"
                                + ".slice(0, 3).map(Number))"))
                .intValue();
    }

    private static String focusedText(Visitor visitor) {
        return String.valueOf(visitor.page().evaluate("document.activeElement.textContent.trim()"));
    }

    /** The shop gets the request; the browser is told that the connection broke. */
    private static CompletableFuture<Shop.Answer> loseReplyOfNextCheckout(Visitor visitor) {
        CompletableFuture<Shop.Answer> answer = new CompletableFuture<>();
        visitor.page()
                .route(
                        "**/api/checkout",
                        (Route route) -> {
                            String body = route.request().postData();
                            answer.completeAsync(() -> {
                                try {
                                    return shop.send("POST", shop.system().orderUrl() + "/api/checkout", body);
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                    throw new IllegalStateException(e);
                                }
                            });
                            route.abort("connectionreset");
                        },
                        new Page.RouteOptions().setTimes(1));
        return answer;
    }

    private Visitor desktop() {
        return desktop(ColorScheme.LIGHT);
    }

    private Visitor desktop(ColorScheme scheme) {
        return visitor(Visitor.Screen.DESKTOP, scheme);
    }

    private Visitor phone(ColorScheme scheme) {
        return visitor(Visitor.Screen.PHONE, scheme);
    }

    private Visitor visitor(Visitor.Screen screen, ColorScheme scheme) {
        Visitor visitor = new Visitor(browser, shop.system().orderUrl(), screen, scheme);
        visitors.add(visitor);
        return visitor;
    }
}
