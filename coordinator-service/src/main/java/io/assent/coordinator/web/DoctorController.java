package io.assent.coordinator.web;

import io.assent.coordinator.doctor.Doctor;
import io.assent.protocol.doctor.Report;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows what goes wrong, and what to do about it. */
@RestController
@RequestMapping(path = Paths.BASE, produces = MediaType.APPLICATION_JSON_VALUE)
class DoctorController {

    private final Doctor doctor;

    DoctorController(Doctor doctor) {
        this.doctor = doctor;
    }

    @GetMapping("/doctor")
    Report doctor() {
        return doctor.examine();
    }
}
