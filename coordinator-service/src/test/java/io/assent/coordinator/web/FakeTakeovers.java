package io.assent.coordinator.web;

import io.assent.coordinator.operations.Rotation;

/** Remembers whether recovery passes would run. */
final class FakeTakeovers implements Rotation.Takeovers {

    volatile boolean recovering = true;

    /** Hears of each call, on the thread of its request. */
    volatile Runnable called = () -> {};

    @Override
    public void recover() {
        called.run();
        recovering = true;
    }

    @Override
    public void recoverNoMore() {
        called.run();
        recovering = false;
    }
}
