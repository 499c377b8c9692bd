/** The shop: a checkout saves its order here and takes the money in the payment service, both or neither. */
@NullMarked
package io.assent.sample.order;

import org.jspecify.annotations.NullMarked;
