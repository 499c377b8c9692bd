package io.assent.sample.points;

import io.assent.sample.points.provider.PointsProvider;
import io.assent.sample.points.service.PointsService;
import java.util.Arrays;

/**
 * Starts the points service; with {@code provider} as the first argument, the points provider instead. They share nothing but
 * this jar: each has its own process, configuration and database, and the only way from one to the other is HTTP.
 */
public final class Main {

    private static final String PROVIDER = "provider";

    private Main() {}

    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals(PROVIDER)) {
            PointsProvider.start(Arrays.copyOfRange(arguments, 1, arguments.length));
        } else {
            PointsService.start(arguments);
        }
    }
}
