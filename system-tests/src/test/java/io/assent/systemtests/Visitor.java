package io.assent.systemtests;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * Somebody with a browser window of their own: no cookies, an empty basket. Notes everything that a developer would see in
 * red. Used by one thread.
 */
final class Visitor implements AutoCloseable {

    /** How long anything may take to appear: the longest wait of a checkout and more, on a busy machine. */
    static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final String CSP_VIOLATION = "Content Security Policy violated: ";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final BrowserContext context;
    private final Page page;
    private final String pages;
    private final String api;
    private final List<String> problems = new ArrayList<>();

    enum Screen {
        DESKTOP(1280, 860),
        PHONE(375, 740),
        /** The narrowest that is still common. */
        SMALL_PHONE(360, 740);

        private final int width;
        private final int height;

        Screen(int width, int height) {
            this.width = width;
            this.height = height;
        }

        private boolean isPhone() {
            return this != DESKTOP;
        }
    }

    /** Somebody in the shop. */
    Visitor(Browser browser, String shop, Screen screen, ColorScheme scheme) {
        this(browser, shop, shop + "/api/", screen, scheme);
    }

    /**
     * @param pages where the pages are, without a slash at the end
     * @param api what the addresses of the API begin with: its answers may be errors
     */
    Visitor(Browser browser, String pages, String api, Screen screen, ColorScheme scheme) {
        this.pages = pages;
        this.api = api;
        context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(screen.width, screen.height)
                .setDeviceScaleFactor(screen.isPhone() ? 2 : 1)
                .setHasTouch(screen.isPhone())
                .setIsMobile(screen.isPhone())
                .setColorScheme(scheme)
                .setReducedMotion(ReducedMotion.REDUCE));
        context.setDefaultTimeout(PATIENCE.toMillis());
        context.addInitScript("addEventListener('securitypolicyviolation', (e) => console.error('" + CSP_VIOLATION
                + "' + e.violatedDirective + ' ' + e.blockedURI))");
        page = context.newPage();
        page.onConsoleMessage(this::noteConsole);
        page.onPageError(error -> problems.add("Uncaught: " + error));
    }

    /** Chromium itself reports every answer of 400 and more; those of the API are part of what is tested here. */
    private void noteConsole(ConsoleMessage message) {
        boolean answerOfTheApi = message.text().startsWith("Failed to load resource")
                && message.location().startsWith(api);
        if (!answerOfTheApi && List.of("error", "warning").contains(message.type())) {
            problems.add(message.type() + ": " + message.text() + " (" + message.location() + ")");
        }
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    Page page() {
        return page;
    }

    /** Into the console, with the keyboard alone. */
    Visitor logIn(String credential) {
        at("credential").fill(credential);
        page.keyboard().press("Enter");
        return this;
    }

    /** Opens a view by its address, as with a bookmark. */
    Visitor open(String fragment) {
        page.navigate(pages + "/" + fragment);
        return this;
    }

    Visitor as(String customer) {
        see("customer");
        page.locator("[data-testid=customer] option[value=" + customer + "]")
                .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
        at("customer").selectOption(customer);
        return this;
    }

    Locator at(String testId) {
        return page.getByTestId(testId);
    }

    LocatorAssertions expect(String testId) {
        return PlaywrightAssertions.assertThat(at(testId));
    }

    Visitor see(String testId) {
        expect(testId).isVisible();
        return this;
    }

    Visitor click(String testId) {
        at(testId).click();
        return this;
    }

    /** Adds products, opens the basket and presses "Pay"; returns the number of the order that was sent. */
    String buy(String... skus) {
        for (String sku : skus) {
            click("add-" + sku);
        }
        click("open-basket");
        return orderNumber(page.waitForRequest("**/api/checkout", () -> click("pay")));
    }

    static String orderNumber(Request checkout) {
        return JSON.readTree(checkout.postData()).path("orderNumber").asString();
    }

    Visitor expectPhase(String phase) {
        expect("checkout-state").hasAttribute("data-phase", phase);
        return this;
    }

    /** The balance on the screen, in pence. */
    long balance() {
        expect("balance").containsText("£");
        return Long.parseLong(at("balance").textContent().replaceAll("[^0-9]", ""));
    }

    void expectBalance(long pence) {
        expect("balance").hasText("£%,d.%02d".formatted(pence / 100, pence % 100));
    }

    String focused() {
        return String.valueOf(page.evaluate("document.activeElement?.dataset.testid ?? ''"));
    }

    /** Presses a key, such as Tab, until the focus is where it should be. */
    void pressUntilFocused(String key, String testId) {
        for (int presses = 0; presses < 80; presses++) {
            if (focused().equals(testId)) {
                return;
            }
            page.keyboard().press(key);
        }
        throw new AssertionError(testId + " cannot be reached with " + key);
    }

    boolean scrollsSideways() {
        return (Boolean) page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
    }

    Visitor screenshot(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")));
        return this;
    }

    /** The whole page, also what is below the edge of the window. */
    Visitor longScreenshot(String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                .setFullPage(true));
        return this;
    }

    @Override
    public void close() {
        context.close();
    }
}
