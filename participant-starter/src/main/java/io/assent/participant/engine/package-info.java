/** Does what the rules say through a few ports: branches, initiated transactions, the sweep. No framework. */
@NullMarked
package io.assent.participant.engine;

import org.jspecify.annotations.NullMarked;
