/** Two programs in one jar: a participant, and the outside that it reserves points at. */
@NullMarked
package io.assent.sample.points;

import org.jspecify.annotations.NullMarked;
