package io.assent.sample.order;

import java.util.Optional;
import org.springframework.data.jpa.repository.JpaRepository;

interface Refunds extends JpaRepository<Refund, Long> {

    Optional<Refund> findByRefundNumber(String refundNumber);
}
