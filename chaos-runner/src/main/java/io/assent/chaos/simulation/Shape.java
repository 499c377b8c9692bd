package io.assent.chaos.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * What a transaction looks like, as far as coverage is concerned.
 *
 * @param allYes whether every branch means to vote yes
 * @param branches how many calls it makes, nested ones included
 */
record Shape(boolean allYes, Size branches) {

    /** How many branches. */
    enum Size {
        ONE("1 branch"),
        TWO("2 branches"),
        MORE("3-5 branches");

        private final String text;

        Size(String text) {
            this.text = text;
        }

        static Size of(int branches) {
            return branches <= 1 ? ONE : branches == 2 ? TWO : MORE;
        }
    }

    static final List<Shape> ALL = all();

    private static List<Shape> all() {
        List<Shape> all = new ArrayList<>();
        for (Size size : Size.values()) {
            all.add(new Shape(true, size));
            all.add(new Shape(false, size));
        }
        return List.copyOf(all);
    }

    @Override
    public String toString() {
        return (allYes ? "all yes, " : "one no, ") + branches.text;
    }
}
