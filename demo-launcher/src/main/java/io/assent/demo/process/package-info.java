/** Child processes: started, watched, killed, paused, started again, and never left behind. */
@NullMarked
package io.assent.demo.process;

import org.jspecify.annotations.NullMarked;
