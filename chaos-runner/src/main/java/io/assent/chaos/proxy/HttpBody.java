package io.assent.chaos.proxy;

/**
 * The body of an HTTP message.
 *
 * @param text its content
 * @param from where the content, or its longest chunk, begins in the message
 * @param to where that ends, exclusively
 */
record HttpBody(String text, int from, int to) {}
