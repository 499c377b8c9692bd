/** The service that is measured: ordinary {@code @Transactional} code, the same for every kind of participant. */
@NullMarked
package io.assent.benchmarks.service;

import org.jspecify.annotations.NullMarked;
