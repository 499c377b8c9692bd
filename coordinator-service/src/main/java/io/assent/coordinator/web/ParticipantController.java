package io.assent.coordinator.web;

import io.assent.coordinator.operations.Participants;
import io.assent.coordinator.operations.ParticipantsView;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows how the participants are doing. */
@RestController
@RequestMapping(path = Paths.BASE, produces = MediaType.APPLICATION_JSON_VALUE)
class ParticipantController {

    private final Participants participants;

    ParticipantController(Participants participants) {
        this.participants = participants;
    }

    @GetMapping("/participants")
    ParticipantsView participants() {
        return ParticipantsView.of(participants.all());
    }
}
