package io.assent.coordinator.web;

import io.assent.coordinator.operations.Rotation;

/** Remembers whether recovery passes would run. */
final class FakeTakeovers implements Rotation.Takeovers {

    volatile boolean recovering = true;

    @Override
    public void recover() {
        recovering = true;
    }

    @Override
    public void recoverNoMore() {
        recovering = false;
    }
}
