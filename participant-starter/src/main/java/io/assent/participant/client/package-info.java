/** Outbound HTTP: propagation through Spring's clients, and the calls to the coordinator. */
@NullMarked
package io.assent.participant.client;

import org.jspecify.annotations.NullMarked;
