package io.highwater.deployment;

import io.highwater.admin.AdminActions;
import io.highwater.admin.AdminApi;
import io.highwater.admin.AdminRequest;
import io.highwater.admin.AdminResponse;
import io.highwater.admin.AdminSettings;
import io.highwater.admin.MetricsFormat;
import io.highwater.admin.PartHealth;
import io.highwater.admin.SlowClients;
import java.util.List;

/** The node's admin paths as somebody off the pod sees them. Confined to its caller. */
final class AdminPort {
    static final String METRICS = "# metrics\n";

    private boolean ready = true;

    private final AdminApi api =
            new AdminApi(
                    AdminSettings.defaults(),
                    new AdminActions() {
                        @Override
                        public String metrics(MetricsFormat format) {
                            return METRICS;
                        }

                        @Override
                        public boolean isLive() {
                            return true;
                        }

                        @Override
                        public SlowClients slowClients() {
                            return new SlowClients(0, List.of());
                        }

                        @Override
                        public boolean isReady() {
                            return ready;
                        }

                        @Override
                        public List<PartHealth> parts() {
                            return List.of();
                        }

                        @Override
                        public void drain() {
                            throw new AssertionError("nobody asked for it");
                        }
                    });

    int statusOf(String path) {
        return get(path).status();
    }

    String bodyOf(String path) {
        return get(path).body();
    }

    /** From now on it is as a node that SIGTERM reached. */
    void drain() {
        ready = false;
    }

    private AdminResponse get(String path) {
        return api.handle(
                new AdminRequest() {
                    @Override
                    public String method() {
                        return "GET";
                    }

                    @Override
                    public String path() {
                        return path;
                    }

                    @Override
                    public String query() {
                        return "";
                    }

                    @Override
                    public List<String> headers(String name) {
                        // The kubelet and Prometheus name the pod's address.
                        return name.equals("Host") ? List.of("10.42.0.17:9090") : List.of();
                    }

                    @Override
                    public boolean isFromLoopback() {
                        return false;
                    }
                });
    }
}
