package io.assent.sample.order;

import org.jspecify.annotations.Nullable;

/**
 * Money to give back.
 *
 * @param orderNumber the order that it is for, or null for the customer's latest order that had this much left
 */
record NewRefund(
        String refundNumber,
        String customer,
        long amountPence,
        @Nullable String orderNumber) {}
