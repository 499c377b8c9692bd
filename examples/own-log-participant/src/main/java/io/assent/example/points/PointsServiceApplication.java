package io.assent.example.points;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Keeps customers' points. Besides the one bean here, only {@code assent.participant.resources=own} makes it take part. */
@SpringBootApplication
public class PointsServiceApplication {

    public static void main(String[] args) {
        SpringApplication.run(PointsServiceApplication.class, args);
    }

    @Bean
    PointsLog pointsLog(@Value("${points.journal}") Path journal) throws IOException {
        return new PointsLog(journal, InstantSource.system());
    }
}
