/** A service whose branches are in a file of its own. */
@NullMarked
package io.assent.example.points;

import org.jspecify.annotations.NullMarked;
