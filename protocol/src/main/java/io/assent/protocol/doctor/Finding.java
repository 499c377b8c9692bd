package io.assent.protocol.doctor;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What one check has found.
 *
 * @param check its name; with several logs, the log in brackets
 * @param status how bad it is
 * @param found what was seen, for people
 * @param remedy what to do; null if nothing is to be done
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Finding(
        String check, Status status, String found, @Nullable String remedy) {

    /** From good to bad; a check that could not look comes before one that has seen something. */
    public enum Status {
        /** As it should be. */
        OK,
        /** Could not be looked at. */
        UNKNOWN,
        /** Works, and will not for ever. */
        WARNING,
        /** Does not work, or a loss is near. */
        PROBLEM
    }

    public static Finding ok(String check, String found) {
        return new Finding(check, Status.OK, found, null);
    }

    public static Finding unknown(String check, String found, String remedy) {
        return new Finding(check, Status.UNKNOWN, found, remedy);
    }

    public static Finding warning(String check, String found, String remedy) {
        return new Finding(check, Status.WARNING, found, remedy);
    }

    public static Finding problem(String check, String found, String remedy) {
        return new Finding(check, Status.PROBLEM, found, remedy);
    }
}
