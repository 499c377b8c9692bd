package io.assent.participant.autoconfigure;

import io.assent.participant.client.CoordinatorProbe;
import io.assent.participant.doctor.Doctor;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.Inquiries;
import io.assent.participant.engine.PreparedParts;
import io.assent.participant.management.BranchesEndpoint;
import io.assent.participant.management.DoctorEndpoint;
import io.assent.participant.postgres.DatabaseVitals;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMapper;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What operators can ask; only where the actuator is there, and as far as the application exposes it. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({PathMapper.class, ConditionalOnAvailableEndpoint.class})
class EndpointConfiguration {

    /** Ids may have no hyphens in them; addresses may. What the application maps itself comes before. */
    private static final Map<EndpointId, String> PATHS =
            Map.of(EndpointId.of("assentBranches"), "assent-branches", EndpointId.of("assentDoctor"), "assent-doctor");

    @Bean
    PathMapper assentEndpointPaths() {
        return PATHS::get;
    }

    @Bean
    @ConditionalOnAvailableEndpoint
    BranchesEndpoint assentBranchesEndpoint(
            BranchService branches,
            BranchResource resource,
            Inquiries inquiries,
            ObjectProvider<PreparedParts> parts,
            ParticipantProperties properties,
            BranchService.Runtime runtime) {
        return new BranchesEndpoint(
                branches,
                resource,
                inquiries,
                parts.getIfAvailable(),
                new BranchesEndpoint.Sweep(properties.sweep().minAge(), runtime.clock()));
    }

    @Bean
    @ConditionalOnAvailableEndpoint
    DoctorEndpoint assentDoctorEndpoint(Doctor doctor) {
        return new DoctorEndpoint(doctor);
    }

    @Bean
    @ConditionalOnAvailableEndpoint(endpoint = DoctorEndpoint.class)
    Doctor assentDoctor(
            ObjectProvider<ParticipantDatabase> database,
            BranchResource resource,
            CoordinatorHttp http,
            CoordinatorProperties coordinator,
            ParticipantProperties properties,
            BranchService.Runtime runtime) {
        ParticipantDatabase there = database.getIfAvailable();
        return Doctor.of(
                properties.participantName(),
                there == null
                        ? null
                        : new Doctor.Database(
                                new DatabaseVitals(
                                        there.completion(),
                                        runtime.clock(),
                                        properties.doctor().timeout()),
                                there.maxPrepared(),
                                there.poolSize(),
                                properties.markerRetention()),
                resource,
                new Doctor.Coordinators(coordinator.urls(), new CoordinatorProbe(http.client())),
                properties.doctor().timeout());
    }
}
