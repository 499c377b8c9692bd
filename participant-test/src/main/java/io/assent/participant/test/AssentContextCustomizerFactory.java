package io.assent.participant.test;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Finds the annotation, also on enclosing classes and as a meta-annotation. */
final class AssentContextCustomizerFactory implements ContextCustomizerFactory {

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configuration) {
        AssentTest annotation = TestContextAnnotationUtils.findMergedAnnotation(testClass, AssentTest.class);
        return annotation == null ? null : new AssentContextCustomizer(annotation.database(), annotation.coordinator());
    }
}
