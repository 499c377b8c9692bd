package io.assent.participant.tcc;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.List;

/**
 * One method with {@link io.assent.participant.TryConfirmCancel}, and the two that belong to it.
 *
 * @param name what its reservations are called
 * @param bean the bean's name
 * @param confirm has the parameters of the try
 * @param cancel has the parameters of the try
 */
record ReservationMethod(String name, String bean, Method confirm, Method cancel) {

    /** What the arguments are read as. */
    List<Type> parameters() {
        return List.of(confirm.getGenericParameterTypes());
    }
}
