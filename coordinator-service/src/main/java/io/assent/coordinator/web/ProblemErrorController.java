package io.assent.coordinator.web;

import io.assent.protocol.wire.Problem;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers for errors that the container raises inside the application, instead of a page. */
@Hidden
@RestController
class ProblemErrorController implements ErrorController {

    private final Answers answers;

    ProblemErrorController(Answers answers) {
        this.answers = answers;
    }

    @RequestMapping("${spring.web.error.path:/error}")
    ResponseEntity<Object> error(HttpServletRequest request) {
        // Asked for directly there is no status: then there is nothing at this address.
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code ? code : 404;
        return answers.respond(Problem.ofStatus(status));
    }
}
