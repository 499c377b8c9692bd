package io.assent.example.points;

/**
 * Points that a customer gets, or spends.
 *
 * @param key names the booking for the customer
 * @param points negative if they are spent
 */
record Booking(String key, String customer, long points) {}
