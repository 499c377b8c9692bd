package io.assent.sample.order;

import java.util.List;

/**
 * An order as asked for, checked and priced.
 *
 * @param amountPence what is to be paid; without lines it is all that is known of the order
 */
record NewOrder(String orderNumber, String customer, long amountPence, List<OrderLine> lines) {}
