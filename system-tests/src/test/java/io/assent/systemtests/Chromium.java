package io.assent.systemtests;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A real Chromium for the tests: the one that {@code CHROMIUM} names (an environment variable, or the system property
 * {@code chromium}), else one that is installed, else, where there is apt, one that is fetched ({@link DebianChromium}).
 *
 * @param executable the browser
 * @param environment what it needs beyond the environment of this process
 */
record Chromium(Path executable, Map<String, String> environment) {

    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    private static final List<String> USUAL_PLACES = List.of(
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            System.getProperty("user.home") + "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            System.getenv().getOrDefault("PROGRAMFILES", "C:/Program Files") + "/Google/Chrome/Application/chrome.exe",
            System.getenv().getOrDefault("PROGRAMFILES(X86)", "C:/Program Files (x86)")
                    + "/Google/Chrome/Application/chrome.exe",
            System.getenv().getOrDefault("LOCALAPPDATA", "C:/") + "/Google/Chrome/Application/chrome.exe",
            System.getenv().getOrDefault("PROGRAMFILES(X86)", "C:/Program Files (x86)")
                    + "/Microsoft/Edge/Application/msedge.exe");

    /** Without any download of its own: the browser is the system's. */
    static Playwright playwright() {
        return Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    }

    /**
     * Starts a browser without a window, with a new profile.
     *
     * @throws IllegalStateException when there is none, with the remedy
     */
    static Browser launch(Playwright playwright) throws IOException, InterruptedException {
        Chromium chromium = find();
        // Root cannot have Chromium's sandbox; others can, except in most containers.
        boolean root = "root".equals(System.getProperty("user.name"));
        try {
            return chromium.launch(playwright, !root);
        } catch (PlaywrightException e) {
            if (root || !String.valueOf(e.getMessage()).toLowerCase().contains("sandbox")) {
                throw e;
            }
            System.out.println("Chromium cannot have its sandbox here and runs without; it only visits this project.");
            return chromium.launch(playwright, false);
        }
    }

    private Browser launch(Playwright playwright, boolean sandbox) {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.putAll(environment);
        return playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setEnv(all)
                        .setHeadless(true)
                        .setChromiumSandbox(sandbox)
                        .setTimeout(Visitor.PATIENCE.toMillis())
                        .setArgs(List.of(
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
    }

    static Chromium find() throws IOException, InterruptedException {
        String named = System.getProperty("chromium", System.getenv("CHROMIUM"));
        if (named != null && !named.isBlank()) {
            Path executable = Path.of(named);
            if (!Files.isExecutable(executable)) {
                throw new IllegalStateException("CHROMIUM names " + executable + ", which is not executable");
            }
            return new Chromium(executable, Map.of());
        }
        Optional<Path> installed = installed();
        if (installed.isPresent()) {
            return new Chromium(installed.get(), Map.of());
        }
        if (DebianChromium.isPossible()) {
            return DebianChromium.fetch();
        }
        throw new IllegalStateException("The browser tests need Chromium or Chrome. Install one, or say where it is:"
                + " CHROMIUM=/path/to/chrome ./mvnw verify");
    }

    static Optional<Path> installed() {
        List<Path> places = new ArrayList<>();
        for (String name : NAMES) {
            for (String directory :
                    Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator)) {
                places.add(Path.of(directory, name));
            }
        }
        return Stream.concat(places.stream(), USUAL_PLACES.stream().map(Path::of))
                .filter(Files::isRegularFile)
                .filter(Files::isExecutable)
                .findFirst();
    }
}
