/** The operator's commands: each is one or a few calls of the coordinator's REST API, shown for people or as JSON. */
@NullMarked
package io.assent.cli;

import org.jspecify.annotations.NullMarked;
