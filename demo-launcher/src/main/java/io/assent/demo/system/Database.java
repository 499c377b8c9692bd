package io.assent.demo.system;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * One service's database, read from outside of the service.
 *
 * @param jdbcUrl its address
 * @param name its name, which is its owner's name too
 * @param password the owner's password
 */
public record Database(String jdbcUrl, String name, String password) {

    /** A new connection; the caller closes it. */
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", name);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "60");
        return DriverManager.getConnection(jdbcUrl, properties);
    }

    /** The same, with a bound for waits for locks in each of its connections, such as {@code 3s}. */
    Database withLockTimeout(String timeout) {
        String separator = jdbcUrl.contains("?") ? "&" : "?";
        return new Database(jdbcUrl + separator + "options=-c%20lock_timeout=" + timeout, name, password);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return jdbcUrl + " as " + name;
    }
}
