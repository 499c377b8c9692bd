package io.assent.coordinator.engine;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * What the engine reaches the world through.
 *
 * @param log the decision log
 * @param participants the way to participants
 * @param listener hears what happens
 * @param scheduler runs things later
 * @param clock this process's clock; bounds waits, decides nothing (R10)
 * @param random for new ids, nonces and jitter; thread-safe, and unpredictable to others if ids are to be
 */
public record EnginePorts(
        DecisionLog log,
        ParticipantClient participants,
        TransactionListener listener,
        Scheduler scheduler,
        InstantSource clock,
        RandomGenerator random) {}
