/** Requests that are written down, so that a failed case can show what was said. */
@NullMarked
package io.assent.conformance.http;

import org.jspecify.annotations.NullMarked;
