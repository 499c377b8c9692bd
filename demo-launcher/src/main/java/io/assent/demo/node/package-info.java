/** A Node.js to run programs with. */
@NullMarked
package io.assent.demo.node;

import org.jspecify.annotations.NullMarked;
