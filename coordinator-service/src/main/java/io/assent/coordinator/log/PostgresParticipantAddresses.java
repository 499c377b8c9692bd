package io.assent.coordinator.log;

import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.ParticipantAddresses;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionRange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** The addresses in the branches of the latest rows. */
final class PostgresParticipantAddresses implements ParticipantAddresses {

    private static final int TRANSACTIONS = 50_000;
    private static final int ADDRESSES = 1_000;

    private static final String LATEST = """
            select b ->> 'participant' as participant, b ->> 'url' as url
            from (select t.branches, row_number() over (order by t.id desc) as age from assent_transaction t
                    where t.id > ? and t.id < ? order by t.id desc limit ?) latest,
                jsonb_array_elements(latest.branches) b
            group by 1, 2 order by min(latest.age) limit ?
            """;

    private final DataSource pool;

    /** @param pool of verified connections */
    PostgresParticipantAddresses(DataSource pool) {
        this.pool = pool;
    }

    @Override
    public List<Address> latest(TransactionRange range) {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(LATEST)) {
            statement.setObject(1, range.after());
            statement.setObject(2, range.before());
            statement.setInt(3, TRANSACTIONS);
            statement.setInt(4, ADDRESSES);
            List<Address> addresses = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    addresses.add(new Address(new ParticipantName(row.getString("participant")), row.getString("url")));
                }
            }
            return addresses;
        } catch (SQLException e) {
            throw new LogLives.UnavailableException(e);
        }
    }
}
