package io.assent.example.points;

/** A customer would have fewer than none. */
final class NotEnoughPointsException extends Exception {

    NotEnoughPointsException(String customer) {
        super(customer + " has not enough points");
    }
}
