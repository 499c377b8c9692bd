/** A bank that keeps accounts and moves money to other banks: small enough that its books can be checked from outside. */
@org.jspecify.annotations.NullMarked
package io.assent.bank;
