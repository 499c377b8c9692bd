/** What became of the cases, as a table and as JUnit XML. */
@NullMarked
package io.assent.conformance.report;

import org.jspecify.annotations.NullMarked;
