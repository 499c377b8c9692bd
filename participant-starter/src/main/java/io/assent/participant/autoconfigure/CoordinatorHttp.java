package io.assent.participant.autoconfigure;

import org.springframework.web.client.RestClient;

/** How coordinators are called. A type of its own: a RestClient in the context would be taken for the application's. */
record CoordinatorHttp(RestClient client) {}
