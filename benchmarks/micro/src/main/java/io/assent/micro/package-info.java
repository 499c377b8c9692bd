/** The code that {@code ./bench micro} measures, and the process in which it does so. */
@NullMarked
package io.assent.micro;

import org.jspecify.annotations.NullMarked;
