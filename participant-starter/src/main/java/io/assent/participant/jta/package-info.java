/** Branches with several resources: Narayana runs the local transaction, decisions come from the coordinator alone. */
@NullMarked
package io.assent.participant.jta;

import org.jspecify.annotations.NullMarked;
