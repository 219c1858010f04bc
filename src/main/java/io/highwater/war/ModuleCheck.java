package io.highwater.war;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;

/**
 * Prevents a WAR from starting in a Jetty that lacks the module: otherwise its endpoints would be
 * missing without any message. Declared by the jar's web-fragment.xml. Stateless.
 */
public final class ModuleCheck implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        try {
            Class.forName("io.highwater.Highwater", false, ModuleCheck.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new ModuleMissing(event.getServletContext().getContextPath());
        }
    }

    /** Has no stack trace, which would say nothing more. */
    private static final class ModuleMissing extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ModuleMissing(String contextPath) {
            super(
                    "the WAR at \""
                            + (contextPath.isEmpty() ? "/" : contextPath)
                            + "\" needs Jetty's module \"highwater\": add --module=highwater,"
                            + " which is in Highwater's jetty-base",
                    null,
                    false,
                    false);
        }
    }
}
