package io.assent.sample.order.breakit;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.service.registry.ImportHttpServices;

@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("sample.break.enabled")
@ImportHttpServices(group = "payment", types = PaymentBreakClient.class)
class BreakConfiguration {}
