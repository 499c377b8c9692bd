package io.assent.coordinator.log;

import java.util.UUID;
import org.springframework.data.jpa.repository.JpaSpecificationExecutor;
import org.springframework.data.repository.Repository;

/** Reads transactions; has no method that writes. */
interface TransactionEntityRepository
        extends Repository<TransactionEntity, UUID>, JpaSpecificationExecutor<TransactionEntity> {}
