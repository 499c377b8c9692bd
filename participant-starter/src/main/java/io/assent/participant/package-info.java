/** What an application uses: the annotation, the template, the exceptions. */
@NullMarked
package io.assent.participant;

import org.jspecify.annotations.NullMarked;
