/** What a doctor has found, at a coordinator and at a participant alike. */
@NullMarked
package io.assent.protocol.doctor;

import org.jspecify.annotations.NullMarked;
