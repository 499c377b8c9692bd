package io.assent.chaos.checker;

/** A change of one account at one bank. */
public record Effect(String bank, String account, long amount) {}
