package io.assent.k8s;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an executable jar says of itself.
 *
 * @param properties every property that it can be given, as its libraries' metadata name them, with their types
 * @param settings its own {@code application.yml}, flat
 * @param profile its {@code application-k8s.yml}, flat; empty if it has none
 * @param libraries the file names of its libraries
 */
record ApplicationJar(
        Map<String, String> properties,
        Map<String, String> settings,
        Map<String, String> profile,
        Set<String> libraries) {

    private static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final String CLASSES = "BOOT-INF/classes/";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Map<String, ApplicationJar> READ = new ConcurrentHashMap<>();

    /** The jar behind an image such as {@code assent/coordinator-service:1.2.3}. */
    static ApplicationJar ofImage(String image) {
        String module = image.replaceFirst(":[^:/]*$", "").replaceFirst("^.*/", "");
        return READ.computeIfAbsent(module, ApplicationJar::read);
    }

    static Path file(String module) {
        return Manifests.REPOSITORY.resolve(module).resolve("target").resolve(module + ".jar");
    }

    /** A setting that is in force: of the profile if that is on, else the application's. */
    String setting(String name, Map<String, String> environment) {
        String fromEnvironment = environment.get(variable(name));
        if (fromEnvironment != null) {
            return fromEnvironment;
        }
        boolean k8s = "k8s".equals(environment.get(variable("spring.profiles.active")));
        return k8s && profile.containsKey(name) ? profile.get(name) : settings.getOrDefault(name, "");
    }

    /** How Spring Boot wants a property to be written as an environment variable. */
    static String variable(String property) {
        return property.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
    }

    /** Whether a variable sets a property, or one entry of one that is a map or a list. */
    boolean binds(String variable) {
        return Stream.concat(properties.entrySet().stream(), settings.entrySet().stream())
                .anyMatch(property -> {
                    String expected = variable(property.getKey());
                    boolean many = property.getValue().startsWith("java.util.");
                    return variable.equals(expected) || many && variable.startsWith(expected + "_");
                });
    }

    private static ApplicationJar read(String module) {
        Path file = file(module);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(file + " is missing: build it with ./mvnw -DskipTests package");
        }
        Map<String, String> properties = new HashMap<>();
        Map<String, String> settings = new HashMap<>();
        Map<String, String> profile = new HashMap<>();
        Set<String> libraries = new HashSet<>();
        try (JarInputStream jar = new JarInputStream(Files.newInputStream(file))) {
            for (JarEntry entry = jar.getNextJarEntry(); entry != null; entry = jar.getNextJarEntry()) {
                String name = entry.getName();
                if (name.equals(METADATA)) {
                    metadata(jar.readAllBytes(), properties);
                } else if (name.equals(CLASSES + "application.yml")) {
                    flatten(jar.readAllBytes(), settings);
                } else if (name.equals(CLASSES + "application-k8s.yml")) {
                    flatten(jar.readAllBytes(), profile);
                } else if (name.startsWith("BOOT-INF/lib/") && name.endsWith(".jar")) {
                    libraries.add(name.substring(name.lastIndexOf('/') + 1));
                    library(new ByteArrayInputStream(jar.readAllBytes()), properties);
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read", e);
        }
        return new ApplicationJar(properties, settings, profile, libraries);
    }

    private static void library(InputStream bytes, Map<String, String> properties) throws IOException {
        try (JarInputStream jar = new JarInputStream(bytes)) {
            for (JarEntry entry = jar.getNextJarEntry(); entry != null; entry = jar.getNextJarEntry()) {
                if (entry.getName().equals(METADATA)) {
                    metadata(jar.readAllBytes(), properties);
                }
            }
        }
    }

    private static void metadata(byte[] json, Map<String, String> properties) {
        for (JsonNode property : JSON.readTree(json).path("properties")) {
            properties.put(
                    property.path("name").asString(), property.path("type").asString(""));
        }
    }

    private static void flatten(byte[] yaml, Map<String, String> into) {
        Yaml.documents(new String(yaml, StandardCharsets.UTF_8)).forEach(document -> flatten("", document, into));
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
        if (node.isObject()) {
            node.properties()
                    .forEach(entry -> flatten(
                            prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(), entry.getValue(), into));
        } else {
            into.put(
                    prefix,
                    node.isArray()
                            ? String.join(
                                    ",",
                                    Manifest.elements(node)
                                            .map(JsonNode::asString)
                                            .toList())
                            : node.asString());
        }
    }
}
