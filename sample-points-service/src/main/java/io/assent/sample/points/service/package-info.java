/** The participant: it notes an award in its database and reserves the points at the provider, which cannot prepare. */
@NullMarked
package io.assent.sample.points.service;

import org.jspecify.annotations.NullMarked;
