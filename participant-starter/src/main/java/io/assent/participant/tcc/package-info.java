/** Reservations outside of the database (Try-Confirm-Cancel): recorded before the try, ended as the branch ends. */
@NullMarked
package io.assent.participant.tcc;

import org.jspecify.annotations.NullMarked;
