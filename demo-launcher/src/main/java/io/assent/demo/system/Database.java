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

    /** Without the password. */
    @Override
    public String toString() {
        return jdbcUrl + " as " + name;
    }
}
