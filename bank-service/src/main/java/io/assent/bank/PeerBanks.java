package io.assent.bank;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

/** The other banks. Inside a global transaction each call is a branch of it. */
@Component
class PeerBanks {

    private final Map<String, RestClient> clients = new HashMap<>();

    PeerBanks(BankProperties properties, RestClient.Builder builder) {
        properties
                .peers()
                .forEach((name, url) -> clients.put(
                        name, builder.clone().baseUrl(url.toString()).build()));
    }

    boolean knows(String bank) {
        return clients.containsKey(bank);
    }

    /**
     * @throws RefusedException if the bank refuses
     * @throws PeerFailedException if it does not answer or fails
     */
    void book(String bank, Transfer.Order order) {
        RestClient client = clients.get(bank);
        if (client == null) {
            throw new InvalidTransferException("there is no bank " + bank);
        }
        try {
            client.post().uri("/entries").body(order).retrieve().toBodilessEntity();
        } catch (RestClientResponseException e) {
            if (e.getStatusCode().is4xxClientError()) {
                throw new RefusedException(problem(e), bank + " refuses: " + detail(e));
            }
            throw new PeerFailedException(
                    bank + " answered " + e.getStatusCode().value() + ": " + detail(e), e);
        } catch (ResourceAccessException e) {
            throw new PeerFailedException(bank + " cannot be reached", e);
        } catch (RestClientException e) {
            throw new PeerFailedException(bank + " gave an answer that cannot be read", e);
        }
    }

    private static String problem(RestClientResponseException e) {
        ProblemDetail problem = body(e);
        String type = problem == null || problem.getType() == null
                ? ""
                : problem.getType().toString();
        return type.startsWith(Problems.PREFIX) ? type.substring(Problems.PREFIX.length()) : "refused";
    }

    private static String detail(RestClientResponseException e) {
        ProblemDetail problem = body(e);
        return problem == null || problem.getDetail() == null ? "no reason given" : problem.getDetail();
    }

    private static @Nullable ProblemDetail body(RestClientResponseException e) {
        try {
            return e.getResponseBodyAs(ProblemDetail.class);
        } catch (RuntimeException unreadable) {
            return null;
        }
    }
}
