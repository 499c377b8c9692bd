/** Accounts, payments and refunds, in ordinary Spring code: nothing here knows of global transactions. */
@NullMarked
package io.assent.sample.payment;

import org.jspecify.annotations.NullMarked;
