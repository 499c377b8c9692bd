package io.assent.chaos.bank;

import java.util.List;
import java.util.Map;

/**
 * Where clients find the system.
 *
 * @param coordinators base addresses
 * @param banks base addresses by name
 */
record Addresses(List<String> coordinators, Map<String, String> banks) {

    Addresses {
        coordinators = List.copyOf(coordinators);
        banks = Map.copyOf(banks);
    }

    String bank(String name) {
        String url = banks.get(name);
        if (url == null) {
            throw new IllegalArgumentException("There is no " + name);
        }
        return url;
    }
}
