/** Inbound HTTP: the header filter and the participant's endpoints. */
@NullMarked
package io.assent.participant.web;

import org.jspecify.annotations.NullMarked;
