package io.assent.participant;

/**
 * What this service sends to the coordinator to prove who it is. The starter has one that sends {@code assent.coordinator.key};
 * a bean of this type takes its place, for instance one that gets access tokens from an OAuth 2 client of Spring Security.
 */
@FunctionalInterface
public interface CoordinatorCredentials {

    /**
     * The key or access token for the next request, sent as {@code Authorization: Bearer}. Called before every request, by many
     * threads at once, so it should return a token that it has until that expires. What it throws makes the request fail as if
     * the coordinator had not been reached.
     */
    String token();
}
