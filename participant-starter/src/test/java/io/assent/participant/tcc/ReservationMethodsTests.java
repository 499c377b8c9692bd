package io.assent.participant.tcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.assent.participant.TryConfirmCancel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;

/** Goal: a mistake in an annotation stops the start, and arguments survive. Method: beans with each mistake. */
class ReservationMethodsTests {

    private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
    private final ReservationMethods methods = new ReservationMethods(beans);

    static class Hotel {
        final List<Object> heard = new ArrayList<>();

        @TryConfirmCancel(confirm = "book", cancel = "release", name = "rooms")
        void hold(int nights, Map<String, List<Long>> guests) {}

        void book(int nights, Map<String, List<Long>> guests) {
            heard.add("book " + nights + " " + guests);
        }

        void release(int nights, Map<String, List<Long>> guests) throws Exception {
            throw new Exception("full");
        }
    }

    static class Unfinished {
        @TryConfirmCancel(confirm = "book", cancel = "release")
        void hold(int nights) {}

        void book(int nights) {}

        void release(long nights) {}
    }

    static class LongName {
        @TryConfirmCancel(
                confirm = "end",
                cancel = "end",
                name =
                        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                                + "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890")
        void hold() {}

        void end() {}
    }

    /** With a proxy, as Spring makes it. */
    private void register(String name, Object bean) {
        ProxyFactory proxies = new ProxyFactory(bean);
        proxies.setProxyTargetClass(true);
        beans.registerSingleton(name, proxies.getProxy());
    }

    interface Booking {
        void hold(int nights);
    }

    static class PrivateConfirm implements Booking {
        @Override
        @TryConfirmCancel(confirm = "book", cancel = "release")
        public void hold(int nights) {}

        private void book(int nights) {}

        void release(int nights) {}
    }

    static class FinalCancel implements Booking {
        @Override
        @TryConfirmCancel(confirm = "book", cancel = "release")
        public void hold(int nights) {}

        void book(int nights) {}

        final void release(int nights) {}
    }

    static class FinalTry {
        @TryConfirmCancel(confirm = "end", cancel = "end")
        final void hold() {}

        void end() {}
    }

    static class Whole implements Booking {
        @Override
        @TryConfirmCancel(confirm = "end", cancel = "end")
        public void hold(int nights) {}

        public void end(int nights) {}
    }

    @ParameterizedTest
    @ValueSource(classes = {PrivateConfirm.class, FinalCancel.class, FinalTry.class})
    void what_a_proxy_cannot_pass_on_stops_the_start(Class<?> type) {
        register("bean", BeanUtils.instantiateClass(type));
        assertThatIllegalStateException()
                .isThrownBy(methods::find)
                .withMessageContaining("cannot be called through the bean's proxy")
                .withMessageContaining("must not be private, static or final");
    }

    @Test
    void a_confirm_that_the_proxys_interfaces_do_not_have_stops_the_start() {
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setAttribute(AutoProxyUtils.ORIGINAL_TARGET_CLASS_ATTRIBUTE, Whole.class);
        definition.setInstanceSupplier(() -> new ProxyFactory(new Whole()).getProxy());
        beans.registerBeanDefinition("bean", definition);
        beans.preInstantiateSingletons();
        assertThatIllegalStateException()
                .isThrownBy(methods::find)
                .withMessageContaining("end cannot be called through the bean's proxy");
    }

    @Test
    void a_bean_whose_tries_nobody_would_see_stops_the_start() {
        beans.registerSingleton("bare", new Hotel());
        assertThatIllegalStateException()
                .isThrownBy(methods::find)
                .withMessageContaining("the bean bare has no proxy, so nothing would be recorded");
    }

    @Test
    void confirm_and_cancel_are_found_and_run_with_the_arguments_of_the_try() throws Exception {
        Hotel hotel = new Hotel();
        register("hotel", hotel);
        methods.find();
        assertThat(methods.names()).containsExactly("rooms");

        String text = methods.write("rooms", new Object[] {2, Map.of("a", List.of(1L << 40))});
        methods.run("rooms", text, true);
        assertThat(hotel.heard).containsExactly("book 2 {a=[1099511627776]}");
        assertThatExceptionOfType(Exception.class)
                .as("the application's own exception")
                .isThrownBy(() -> methods.run("rooms", text, false))
                .withMessage("full");
    }

    @Test
    void a_cancel_with_other_parameters_stops_the_start() {
        register("unfinished", new Unfinished());
        assertThatIllegalStateException()
                .isThrownBy(methods::find)
                .withMessageContaining("there is no cancel method release with the same parameters");
    }

    @Test
    void two_of_one_name_stop_the_start() {
        register("one", new Hotel());
        register("two", new Hotel());
        assertThatIllegalStateException()
                .isThrownBy(methods::find)
                .withMessageContaining("Two methods with @TryConfirmCancel are called rooms, in the beans one and two");
    }

    @Test
    void a_name_that_does_not_fit_into_the_table_stops_the_start() {
        register("long", new LongName());
        assertThatIllegalStateException().isThrownBy(methods::find).withMessageContaining("more than 200 characters");
    }

    @Test
    void a_method_that_is_gone_is_named_with_the_remedy() {
        methods.find();
        assertThatIllegalStateException()
                .isThrownBy(() -> methods.run("rooms", "[]", true))
                .withMessageContaining("called rooms. Restore it, or give the method that takes its place this name");
    }

    @Test
    void other_parameters_than_the_reservation_was_made_with_are_refused() {
        register("hotel", new Hotel());
        methods.find();
        assertThatIllegalStateException()
                .isThrownBy(() -> methods.run("rooms", "[1]", true))
                .withMessageContaining("has 2 parameters, and a reservation was made with 1");
    }

    @Test
    void what_cannot_be_written_is_refused() {
        register("hotel", new Hotel());
        methods.find();
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> methods.write("rooms", new Object[] {1, Map.of("a", endless)}))
                .withMessageContaining("cannot be kept as JSON");
        assertThatCode(() -> methods.write("rooms", new Object[] {1, null})).doesNotThrowAnyException();
    }
}
