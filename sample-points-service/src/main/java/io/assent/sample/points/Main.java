package io.assent.sample.points;

import io.assent.sample.points.provider.PointsProvider;
import io.assent.sample.points.service.PointsService;
import java.util.Arrays;

/**
 * Starts the points service; with {@code provider} among the arguments, the points provider instead. They share nothing but
 * this jar: each has its own process, configuration and database, and the only way from one to the other is HTTP.
 */
public final class Main {

    private static final String PROVIDER = "provider";

    private Main() {}

    public static void main(String[] arguments) {
        if (Arrays.asList(arguments).contains(PROVIDER)) {
            PointsProvider.start(Arrays.stream(arguments)
                    .filter(argument -> !argument.equals(PROVIDER))
                    .toArray(String[]::new));
        } else {
            PointsService.start(arguments);
        }
    }
}
