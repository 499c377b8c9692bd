package io.assent.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Goal: what the README tells people to type works as it stands there. Method: its lines are run by a shell with curl, with
 * nothing changed but the ports.
 */
class WalkthroughIntegrationTests {

    private static Shop shop;
    private static String walkthrough;

    @BeforeAll
    static void readTheReadme() throws Exception {
        shop = Shop.started();
        String readme = Files.readString(Path.of(System.getProperty("assent.repository", ".."), "README.md"));
        Matcher lines = Pattern.compile("<!-- walkthrough.*?```bash\n(.*?)```\n<!-- /walkthrough -->", Pattern.DOTALL)
                .matcher(readme);
        assertThat(lines.find()).as("the walkthrough in the README").isTrue();
        walkthrough = lines.group(1)
                .replace(".demo/keys/operator", shop.system().operatorKeyFile().toString())
                .replace("http://127.0.0.1:7070", shop.system().coordinatorUrl())
                .replace("http://127.0.0.1:8080", shop.system().orderUrl())
                .replace("http://127.0.0.1:8081", shop.system().paymentUrl());
    }

    @Test
    void curl_alone_commits_in_both_services() throws Exception {
        String output = run(walkthrough);

        assertThat(output).containsPattern("HTTP/1.1 201[^\n]*\n(?s:.*)HTTP/1.1 201[^\n]*\n(?s:.*)HTTP/1.1 200");
        assertThat(output).contains("Assent-Branches: ").contains("\"outcome\":\"COMMITTED\"");
        shop.assertBothOrNeither();
    }

    @Test
    void with_a_refusing_participant_curl_is_answered_409_and_the_reason() throws Exception {
        int payment = walkthrough.indexOf("$PAYMENTS/api/payments");
        String price = "\\\"amountPence\\\":1250";
        String poorer = walkthrough.substring(0, payment)
                + walkthrough.substring(payment).replace(price, "\\\"amountPence\\\":100000000");
        poorer = poorer.replace("ORDER=curl-$(date +%s)", "ORDER=curl-refused-$(date +%s)");
        assertThat(poorer).contains("100000000");

        String output = run(poorer);

        assertThat(output)
                .contains("insufficient-funds")
                .contains("HTTP/1.1 409")
                .contains("transaction-rolled-back");
        assertThat(output).containsPattern("\"reason\":\"[^\"]*payment-service[^\"]*not enough money");
        assertThat(output).contains("\"decision\":\"ROLLBACK\"");
        shop.assertBothOrNeither();
    }

    private static String run(String script) throws IOException, InterruptedException {
        Path file = Files.createTempFile("walkthrough", ".sh");
        try {
            Files.writeString(file, script);
            Process shell = new ProcessBuilder("bash", "-eu", "-o", "pipefail", file.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).replace("\r", "");
            assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(shell.exitValue()).as(output).isZero();
            return output;
        } finally {
            Files.delete(file);
        }
    }
}
