package io.assent.sample.order;

import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;

interface Orders extends JpaRepository<Order, Long> {

    Optional<Order> findByOrderNumber(String orderNumber);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select o from Order o where o.orderNumber = :orderNumber")
    Optional<Order> findForUpdate(String orderNumber);

    /** The customer's orders that have this much left to give back, newest first. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("""
            select o from Order o
            where o.customer = :customer and o.status = PAID and o.amountPence - o.refundedPence >= :amountPence
            order by o.id desc""")
    List<Order> findRefundable(String customer, long amountPence, Limit limit);

    List<Order> findByIdLessThanOrderByIdDesc(long before, Limit limit);

    List<Order> findByCustomerAndIdLessThanOrderByIdDesc(String customer, long before, Limit limit);
}
