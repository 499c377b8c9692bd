package io.assent.chaos.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every fault on an HTTP link does what its name says, and nothing else: a client that hides nothing on one side, a server
 * that remembers everything on the other.
 */
@Timeout(30)
class HttpFaultProxyTests {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int A_WHILE = 300;
    private static final String ID = "01990000-0000-7000-8000-00000000abcd";

    private final RecordingServer server = new RecordingServer(0);
    private final FaultProxy proxy = FaultProxy.http("test", server.address());
    private final List<Passage> history = new CopyOnWriteArrayList<>();
    private final List<Message> arrived = new CopyOnWriteArrayList<>();

    HttpFaultProxyTests() {
        proxy.listen(history::add);
        proxy.observe(arrived::add);
    }

    @AfterEach
    void close() {
        proxy.close();
        server.close();
    }

    @Test
    void handsMessagesOnUnchangedAndNamesThem() throws Exception {
        try (RawHttpClient client = client()) {
            client.post("/v1/commits", "{\"transaction\":\"" + ID + "\"}");
            assertThat(client.answer()).isEqualTo("got {\"transaction\":\"" + ID + "\"}");
            client.postChunked("/chunked", "Geld ", "und mehr");
            assertThat(client.answer()).isEqualTo("got Geld und mehr");
            client.post("/again", "x");
            assertThat(client.answer()).isEqualTo("got x");
        }
        try (RawHttpClient client = client()) {
            client.send("HEAD /nothing HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll()).asString().startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
        }
        await().until(() -> history.size() == 8);
        assertThat(history).allMatch(passage -> passage.fate() == Fate.FORWARDED && passage.rule() == null);
        Message request = arrived.get(0);
        Message reply = arrived.get(1);
        assertThat(request.kind()).isEqualTo("POST /v1/commits");
        assertThat(request.direction()).isEqualTo(Direction.REQUEST);
        assertThat(request.link()).isEqualTo("test");
        assertThat(request.header("X-TEST")).contains("yes");
        assertThat(request.text()).contains(ID);
        assertThat(request.transactions()).containsExactly(ID);
        assertThat(reply.kind()).isEqualTo("200");
        assertThat(reply.request()).contains(request);
        assertThat(reply.arrivedNanos()).isGreaterThan(request.arrivedNanos());
        assertThat(arrived.get(2).text()).isEqualTo("Geld und mehr");
        assertThat(arrived.get(3).text()).isEqualTo("got Geld und mehr");
        assertThat(proxy.unframed()).isZero();
    }

    @Test
    void dropsARequestAndLeavesTheConnectionHalfDead() throws Exception {
        Rule rule = proxy.rule(Match.request().path("/lost"), Action.drop());
        try (RawHttpClient client = client()) {
            client.post("/lost", "1");
            rule.awaitHit(LONG);
            client.post("/after", "2");
            assertThat(client.hearsNothing(A_WHILE)).isTrue();
        }
        assertThat(server.bodies()).isEmpty();
        await().untilAsserted(
                        () -> assertThat(history).extracting(Passage::fate).containsExactly(Fate.LOST, Fate.LOST));
        assertThat(rule.hits()).isEqualTo(1);
    }

    @Test
    void dropsARequestAndResetsTheConnection() throws Exception {
        proxy.rule(Match.request().path("/lost"), Action.dropAndReset());
        try (RawHttpClient client = client()) {
            client.post("/lost", "1");
            assertThatExceptionOfType(SocketException.class).isThrownBy(client::read);
        }
        assertThat(server.bodies()).isEmpty();
    }

    @Test
    void dropsAReplyAfterItsRequestWasCarriedOut() throws Exception {
        Rule rule = proxy.rule(Match.reply().answering(Match.request().path("/lost")), Action.drop());
        try (RawHttpClient client = client()) {
            client.post("/kept", "1");
            assertThat(client.answer()).isEqualTo("got 1");
            client.post("/lost", "2");
            rule.awaitHit(LONG);
            assertThat(client.hearsNothing(A_WHILE)).isTrue();
        }
        assertThat(server.bodies()).containsExactly("1", "2");
    }

    @Test
    void delaysARequestBeyondTheLifeOfItsClient() throws Exception {
        Rule rule = proxy.rule(Match.request().body("late"), Action.delay(Duration.ofMillis(A_WHILE)));
        try (RawHttpClient client = client()) {
            client.post("/work", "late");
            rule.awaitHit(LONG);
            assertThat(server.bodies()).isEmpty();
        }
        rule.awaitDone(LONG);
        await().untilAsserted(() -> assertThat(server.bodies()).containsExactly("late"));
    }

    @Test
    void doublesARequestAndSwallowsTheSecondReply() throws Exception {
        Rule rule = proxy.rule(Match.request().path("/twice"), Action.duplicate());
        try (RawHttpClient client = client()) {
            client.post("/twice", "1");
            assertThat(client.answer()).isEqualTo("got 1");
            assertThat(rule.repeated().get(10, TimeUnit.SECONDS).text()).isEqualTo("got 1");
            client.post("/once", "2");
            assertThat(client.answer()).isEqualTo("got 2");
        }
        assertThat(server.bodies()).containsExactlyInAnyOrder("1", "1", "2");
        await().until(() -> history.stream().anyMatch(passage -> passage.fate() == Fate.REPEATED));
    }

    @Test
    void refusesToDoubleWhatIsNotCompleteInItself() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.rule(Match.reply(), Action.duplicate()))
                .withMessageContaining("only an HTTP request is complete in itself");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.rule(Match.reply(), Action.afterReplied(reply -> Trigger.Then.DROP)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.rule(Match.request().sql("commit"), Action.drop()))
                .withMessageContaining("speaks HTTP");
    }

    @Test
    void resetsBeforeAMessage() throws Exception {
        proxy.rule(Match.reply(), Action.resetBefore());
        try (RawHttpClient client = client()) {
            client.post("/work", "1");
            assertThatExceptionOfType(SocketException.class).isThrownBy(client::read);
        }
        assertThat(server.bodies()).containsExactly("1");
    }

    @Test
    void resetsInTheMiddleOfAMessage() throws Exception {
        proxy.rule(Match.request(), Action.resetInTheMiddle());
        try (RawHttpClient client = client()) {
            client.post("/work", "1".repeat(1_000));
            assertThatExceptionOfType(SocketException.class).isThrownBy(client::read);
        }
        assertThat(server.bodies()).isEmpty();
        await().untilAsserted(
                        () -> assertThat(history).extracting(Passage::fate).containsExactly(Fate.SPOILT));
    }

    @Test
    void truncatesAReplyAndEndsTheStream() throws Exception {
        proxy.rule(Match.reply(), Action.truncate());
        try (RawHttpClient client = client()) {
            client.post("/work", "1".repeat(1_000));
            assertThatExceptionOfType(EOFException.class).isThrownBy(client::answer);
        }
    }

    @Test
    void truncatesARequestAndEndsTheStream() throws Exception {
        proxy.rule(Match.request(), Action.truncate());
        try (RawHttpClient client = client()) {
            client.post("/work", "1".repeat(1_000));
            await().until(() -> !history.isEmpty());
            assertThat(history.get(0).fate()).isEqualTo(Fate.SPOILT);
        }
        assertThat(server.bodies()).isEmpty();
    }

    @Test
    void garblesABodyWithoutChangingItsLength() throws Exception {
        proxy.rule(Match.reply(), Action.garble());
        try (RawHttpClient client = client()) {
            String body = "{\"vote\":\"PREPARED\"}";
            client.post("/work", body);
            String expected = "got " + body;
            String garbled = client.answer();
            assertThat(garbled).isNotEqualTo(expected).hasSameSizeAs(expected).contains("\uFFFD");
            client.postChunked("/chunked", body);
            assertThat(client.answer()).startsWith("got {").contains("\uFFFD").hasSameSizeAs(expected);
        }
        assertThat(server.bodies()).hasSize(2).allMatch(body -> body.equals("{\"vote\":\"PREPARED\"}"));
    }

    @Test
    void leavesAConnectionHalfOpen() throws Exception {
        Rule rule = proxy.rule(Match.request(), Action.halfOpen());
        try (RawHttpClient client = client()) {
            client.post("/work", "1");
            rule.awaitDone(LONG);
            server.close();
            assertThat(client.hearsNothing(A_WHILE)).isTrue();
        }
        assertThat(server.bodies()).isEmpty();
    }

    @Test
    void sendsOneByteAtATime() throws Exception {
        Duration interval = Duration.ofMillis(5);
        Rule rule = proxy.rule(Match.request(), Action.slow(interval));
        try (RawHttpClient client = client()) {
            long start = System.nanoTime();
            client.post("/work", "slow");
            assertThat(client.answer()).isEqualTo("got slow");
            int size = rule.awaitDone(LONG).size();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(interval.multipliedBy(size));
        }
    }

    @Test
    void handsTwoMessagesOnInReverse() throws Exception {
        Rule rule = proxy.rule(Match.request().path("/work").first(1), Action.reorder(LONG));
        try (RawHttpClient first = client();
                RawHttpClient second = client()) {
            first.post("/work", "1");
            rule.awaitHit(LONG);
            second.post("/work", "2");
            assertThat(second.answer()).isEqualTo("got 2");
            assertThat(first.answer()).isEqualTo("got 1");
            first.post("/work", "3");
            assertThat(first.answer()).isEqualTo("got 3");
        }
        assertThat(server.bodies()).containsExactly("2", "1", "3");
    }

    @Test
    void replaysAnOldRequestLater() throws Exception {
        Rule rule = proxy.rule(Match.request().path("/old"), Action.replay(Duration.ofMillis(A_WHILE)));
        try (RawHttpClient client = client()) {
            client.post("/old", "1");
            assertThat(client.answer()).isEqualTo("got 1");
            client.post("/new", "2");
            assertThat(client.answer()).isEqualTo("got 2");
        }
        rule.repeated().get(10, TimeUnit.SECONDS);
        assertThat(server.bodies()).containsExactly("1", "2", "1");
        Message answer = proxy.replay(rule.hit().join()).get(10, TimeUnit.SECONDS);
        assertThat(answer.kind()).isEqualTo("200");
        assertThat(server.bodies()).containsExactly("1", "2", "1", "1");
    }

    @Test
    void runsATriggerBeforeAMessageAndHandsItOn() throws Exception {
        CountDownLatch resumed = new CountDownLatch(1);
        Rule rule = proxy.rule(Match.request().nth(2), Action.before(message -> {
            resumed.await();
            return Trigger.Then.FORWARD;
        }));
        try (RawHttpClient client = client()) {
            client.post("/work", "1");
            assertThat(client.answer()).isEqualTo("got 1");
            client.post("/work", "2");
            rule.awaitHit(LONG);
            assertThat(client.hearsNothing(A_WHILE)).isTrue();
            assertThat(server.bodies()).containsExactly("1");
            resumed.countDown();
            assertThat(client.answer()).isEqualTo("got 2");
        }
        rule.awaitDone(LONG);
        assertThat(rule.seen()).isEqualTo(2);
        assertThat(rule.hits()).isEqualTo(1);
    }

    @Test
    void runsATriggerBeforeAMessageAndLosesIt() throws Exception {
        proxy.rule(Match.request(), Action.before(message -> Trigger.Then.DROP));
        try (RawHttpClient client = client()) {
            client.post("/work", "1");
            assertThatExceptionOfType(SocketException.class).isThrownBy(client::read);
        }
        assertThat(server.bodies()).isEmpty();
    }

    @Test
    void runsATriggerAfterTheReplyHasArrivedAndBeforeItIsHandedOn() throws Exception {
        CompletableFuture<String> replied = new CompletableFuture<>();
        CountDownLatch resumed = new CountDownLatch(1);
        Rule rule = proxy.rule(Match.request().path("/work"), Action.afterReplied(reply -> {
            replied.complete(reply.text());
            resumed.await();
            return Trigger.Then.FORWARD;
        }));
        try (RawHttpClient client = client()) {
            client.post("/work", "1");
            assertThat(replied.get(10, TimeUnit.SECONDS)).isEqualTo("got 1");
            assertThat(client.hearsNothing(A_WHILE)).isTrue();
            assertThat(rule.done()).isNotDone();
            resumed.countDown();
            assertThat(client.answer()).isEqualTo("got 1");
            rule.awaitDone(LONG);
        }
    }

    @Test
    void runsATriggerAfterTheReplyHasArrivedAndLosesIt() throws Exception {
        proxy.rule(Match.request(), Action.afterReplied(reply -> Trigger.Then.DROP));
        try (RawHttpClient client = client()) {
            client.post("/work", "1");
            assertThatExceptionOfType(SocketException.class).isThrownBy(client::read);
        }
        assertThat(server.bodies()).containsExactly("1");
    }

    @Test
    void resetsTheConnectionOfATriggerThatFailsAndTellsWhoWaits() throws Exception {
        Rule rule = proxy.rule(Match.request(), Action.before(message -> {
            throw new IOException("no such process");
        }));
        try (RawHttpClient client = client()) {
            client.post("/work", "1");
            assertThatExceptionOfType(SocketException.class).isThrownBy(client::read);
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> rule.awaitDone(LONG))
                .withMessageContaining("no such process");
    }

    @Test
    void appliesARuleToTheFirstOfManyAndSaysWhatItSaw() throws Exception {
        Rule rule = proxy.rule(Match.request().path("/work").first(2), Action.delay(Duration.ofMillis(1)));
        Rule other = proxy.rule(Match.request().path("/other"), Action.drop());
        try (RawHttpClient client = client()) {
            for (int i = 0; i < 3; i++) {
                client.post("/work", "" + i);
                client.answer();
            }
            rule.disarm();
            client.post("/work", "3");
            client.answer();
        }
        assertThat(rule.hits()).isEqualTo(2);
        assertThat(rule.seen()).isEqualTo(3);
        assertThatIllegalStateException()
                .isThrownBy(() -> other.awaitHit(Duration.ofMillis(1)))
                .withMessageContaining("was not hit within PT0.001S; 0 messages matched");
    }

    @Test
    void holdsEverythingWhileTheLinkIsCut() throws Exception {
        try (RawHttpClient client = client()) {
            client.post("/work", "1");
            client.answer();
            proxy.cut();
            client.post("/work", "2");
            assertThat(client.hearsNothing(A_WHILE)).isTrue();
            assertThat(server.bodies()).containsExactly("1");
            proxy.heal();
            assertThat(client.answer()).isEqualTo("got 2");
        }
    }

    @Test
    void cutsOneWay() throws Exception {
        try (RawHttpClient client = client()) {
            proxy.cut(Direction.REPLY);
            client.post("/work", "1");
            await().untilAsserted(() -> assertThat(server.bodies()).containsExactly("1"));
            assertThat(client.hearsNothing(A_WHILE)).isTrue();
            proxy.heal();
            assertThat(client.answer()).isEqualTo("got 1");
        }
    }

    @Test
    void refusesOldAndNewConnections() throws Exception {
        try (RawHttpClient client = client()) {
            client.post("/work", "1");
            client.answer();
            proxy.refuse();
            assertThatExceptionOfType(SocketException.class).isThrownBy(client::read);
        }
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
            try (RawHttpClient client = client()) {
                client.post("/work", "2");
                client.read();
            }
        });
        proxy.heal();
        assertAnswers("3");
        assertThat(server.bodies()).containsExactly("1", "3");
    }

    @Test
    void swallowsEverythingInABlackHoleAndResetsWhatLostBytes() throws Exception {
        try (RawHttpClient old = client()) {
            old.post("/work", "1");
            old.answer();
            proxy.blackHole();
            try (RawHttpClient fresh = client()) {
                old.post("/work", "2");
                fresh.post("/work", "3");
                assertThat(old.hearsNothing(A_WHILE)).isTrue();
                assertThat(fresh.hearsNothing(A_WHILE)).isTrue();
                proxy.heal();
                assertThatExceptionOfType(SocketException.class).isThrownBy(old::read);
                assertThatExceptionOfType(SocketException.class).isThrownBy(fresh::read);
            }
        }
        assertAnswers("4");
        assertThat(server.bodies()).containsExactly("1", "4");
    }

    @Test
    void flapsUntilHealed() throws Exception {
        proxy.flap(Duration.ofMillis(100), Duration.ofMillis(100));
        Duration often = Duration.ofMillis(7);
        await().pollInterval(often).until(this::answers);
        await().pollInterval(often).until(() -> !answers());
        await().pollInterval(often).until(this::answers);
        proxy.heal();
        assertAnswers("healed");
    }

    @Test
    void followsATargetThatGoesAndComesBack() throws Exception {
        assertAnswers("1");
        int port = server.address().getPort();
        server.close();
        assertThat(answers()).isFalse();
        try (RecordingServer restarted = new RecordingServer(port)) {
            assertAnswers("2");
            assertThat(restarted.bodies()).containsExactly("2");
        }
    }

    @Test
    void passesOnWhatItDoesNotUnderstandAndCountsIt() throws Exception {
        try (ServerSocket echo = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                FaultProxy other = FaultProxy.http(
                        "echo", new InetSocketAddress(InetAddress.getLoopbackAddress(), echo.getLocalPort()));
                RawHttpClient client = new RawHttpClient(other.port())) {
            client.send("this is not HTTP\nat all");
            try (Socket accepted = echo.accept()) {
                assertThat(accepted.getInputStream().readNBytes(23)).asString().isEqualTo("this is not HTTP\nat all");
                accepted.getOutputStream().write("nor is this".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            assertThat(client.readAll()).asString().isEqualTo("nor is this");
            assertThat(other.unframed()).isEqualTo(1);
        }
    }

    @Test
    void endsEverythingWhenClosed() throws Exception {
        try (RawHttpClient client = client()) {
            client.post("/work", "1");
            client.answer();
            proxy.close();
            assertThatExceptionOfType(SocketException.class).isThrownBy(client::read);
            assertThat(answers()).isFalse();
            await().until(() -> proxy.connections() == 0);
        }
    }

    private RawHttpClient client() throws IOException {
        return new RawHttpClient(proxy.port());
    }

    private void assertAnswers(String body) throws Exception {
        try (RawHttpClient client = client()) {
            client.post("/work", body);
            assertThat(client.answer()).isEqualTo("got " + body);
        }
    }

    private boolean answers() throws Exception {
        try (RawHttpClient client = client()) {
            client.post("/work", "?");
            return client.answer().equals("got ?");
        } catch (IOException e) {
            return false;
        }
    }
}
