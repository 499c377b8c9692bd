package io.assent.sample.payment;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;

interface Payments extends JpaRepository<Payment, Long> {

    Optional<Payment> findByOrderNumber(String orderNumber);

    List<Payment> findByOrderByIdDesc(Limit limit);

    List<Payment> findByCustomerOrderByIdDesc(String customer, Limit limit);
}
