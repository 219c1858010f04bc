package io.highwater;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.highwater.api.Api;
import io.highwater.api.Wiring;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What teams build on names nothing that may change under them. */
final class ApiTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.highwater");

    private static final List<String> FOREIGN = List.of("java.", "jakarta.", "org.jspecify.");

    @Test
    void apiTypesExposeOnlyApiTheJdkAndJakarta() {
        Set<String> leaks = new TreeSet<>();
        apiTypes()
                .forEach(
                        type ->
                                exposed(type)
                                        .filter(other -> !isAllowed(other))
                                        .forEach(
                                                other ->
                                                        leaks.add(
                                                                type.getName()
                                                                        + " exposes "
                                                                        + other.getName())));
        assertThat(leaks).isEmpty();
    }

    @Test
    void packagesSayWhetherTheyHaveApiTypes() {
        Set<String> having =
                apiTypes()
                        .map(JavaClass::getPackageName)
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> saying =
                CLASSES.stream()
                        .filter(type -> type.getPackage().isAnnotatedWith(Api.class))
                        .map(JavaClass::getPackageName)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(saying).isEqualTo(having).hasSize(13);
    }

    @Test
    void apiTypesArePublic() {
        assertThat(apiTypes()).allMatch(type -> isOpen(type), "public");
    }

    private static Stream<JavaClass> apiTypes() {
        return CLASSES.stream().filter(ApiTest::isApi);
    }

    /** Nested types are what their outermost is. */
    private static boolean isApi(JavaClass type) {
        JavaClass outermost = type;
        while (outermost.getEnclosingClass().isPresent()) {
            outermost = outermost.getEnclosingClass().get();
        }
        return outermost.isAnnotatedWith(Api.class) && isOpen(type) && !type.isAnonymousClass();
    }

    /** Types in the signatures of what is public or protected, and what the type itself is. */
    private static Stream<JavaClass> exposed(JavaClass type) {
        Stream<JavaType> own =
                Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
        Stream<JavaType> fields =
                type.getFields().stream().filter(ApiTest::isOpen).map(JavaField::getType);
        Stream<JavaType> methods =
                type.getCodeUnits().stream()
                        .filter(ApiTest::isOpen)
                        .filter(unit -> !unit.isAnnotatedWith(Wiring.class))
                        .flatMap(ApiTest::signature);
        return Stream.of(own, fields, methods)
                .flatMap(types -> types)
                .flatMap(exposed -> exposed.getAllInvolvedRawTypes().stream())
                .map(JavaClass::getBaseComponentType);
    }

    private static Stream<JavaType> signature(JavaCodeUnit unit) {
        return Stream.of(
                        Stream.of(unit.getReturnType()),
                        unit.getParameterTypes().stream(),
                        unit.getExceptionTypes().stream())
                .flatMap(types -> types);
    }

    private static boolean isOpen(HasModifiers member) {
        Set<JavaModifier> modifiers = member.getModifiers();
        return !modifiers.contains(JavaModifier.SYNTHETIC)
                && (modifiers.contains(JavaModifier.PUBLIC)
                        || modifiers.contains(JavaModifier.PROTECTED));
    }

    private static boolean isAllowed(JavaClass type) {
        return type.isPrimitive()
                || FOREIGN.stream().anyMatch(type.getName()::startsWith)
                || isApi(type);
    }
}
