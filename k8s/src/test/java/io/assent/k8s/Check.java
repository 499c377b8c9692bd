package io.assent.k8s;

import java.util.stream.Stream;

/** Something that must hold of everything that one overlay brings. */
interface Check {

    /** What does not hold, a sentence each that names the object; empty when all is well. */
    Stream<String> problems(Manifests manifests);
}
