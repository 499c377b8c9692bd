/** Holds the manifests in {@code k8s/} against the Kubernetes API, each other, and the applications that they run. */
@NullMarked
package io.assent.k8s;

import org.jspecify.annotations.NullMarked;
