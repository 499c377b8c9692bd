package io.assent.sample.points.service;

/** Points for an order. */
record Award(String orderNumber, String customer, long points) {

    private static final long PENCE_FOR_A_POINT = 100;

    /** One point for each full pound. */
    static Award of(String orderNumber, String customer, long amountPence) {
        return new Award(orderNumber, customer, amountPence / PENCE_FOR_A_POINT);
    }

    /** An order of less than a pound. */
    boolean isEmpty() {
        return points == 0;
    }
}
