/**
 * A decision log whose servers are in the care of <a href="https://patroni.readthedocs.io">Patroni</a>: processes of its
 * Debian package and of etcd's, on 127.0.0.1.
 */
@NullMarked
package io.assent.chaos.patroni;

import org.jspecify.annotations.NullMarked;
