/** The report {@code kinds}: what each kind of participant costs against a plain local commit. */
@NullMarked
package io.assent.benchmarks.kinds;

import org.jspecify.annotations.NullMarked;
