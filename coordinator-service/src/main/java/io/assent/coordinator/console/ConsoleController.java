package io.assent.coordinator.console;

import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.swagger.v3.oas.annotations.Hidden;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The stream behind the page. It belongs to the page and is no part of the API. */
@Hidden
@RestController
class ConsoleController {

    private static final String SECONDS_TO_WAIT = "5";

    private final LiveStream stream;

    ConsoleController(LiveStream stream) {
        this.stream = stream;
    }

    /** Nobody more can watch now. */
    static final class NoRoomException extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    @GetMapping(path = "/console/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<SseEmitter> live() {
        SseEmitter emitter = stream.open();
        if (emitter == null) {
            throw new NoRoomException();
        }
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                // Proxies of the nginx family would collect events otherwise.
                .header("X-Accel-Buffering", "no")
                .body(emitter);
    }

    @ExceptionHandler(NoRoomException.class)
    ResponseEntity<Problem> noRoom() {
        return ResponseEntity.status(ProblemType.OVERLOADED.status())
                .contentType(MediaType.parseMediaType(Problem.MEDIA_TYPE))
                .header(HttpHeaders.RETRY_AFTER, SECONDS_TO_WAIT)
                .body(Problem.of(
                        ProblemType.OVERLOADED,
                        "As many watch the live numbers as may, or this instance is about to end"));
    }
}
