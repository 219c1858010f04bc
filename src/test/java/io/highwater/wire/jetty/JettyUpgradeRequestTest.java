package io.highwater.wire.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.UpgradeRequest.Kind;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.ListIterator;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.junit.jupiter.api.Test;

final class JettyUpgradeRequestTest {
    /** Counts each walk over the fields. */
    private static final class CountingFields implements HttpFields {
        private final List<HttpField> fields = new ArrayList<>();
        private int walks;

        @Override
        public ListIterator<HttpField> listIterator(int index) {
            walks++;
            return fields.listIterator(index);
        }
    }

    private final CountingFields fields = new CountingFields();
    private final JettyUpgradeRequest request =
            new JettyUpgradeRequest(
                    (Request)
                            Proxy.newProxyInstance(
                                    getClass().getClassLoader(),
                                    new Class<?>[] {Request.class},
                                    (proxy, method, arguments) -> {
                                        assertThat(method.getName()).isEqualTo("getHeaders");
                                        return fields;
                                    }),
                    Kind.UPGRADE,
                    null);

    @Test
    void allHeadersAreReadInOnePassHoweverManyThereAre() {
        for (int i = 0; i < 1_000; i++) {
            fields.fields.add(new HttpField("x" + i, "1"));
        }
        assertThat(request.headers()).hasSize(1_000);
        assertThat(fields.walks).isEqualTo(1);
    }

    @Test
    void valuesOfAHeaderStandInTheirOrderUnderItsNameInAnyCase() {
        fields.fields.add(new HttpField("Cookie", "a"));
        fields.fields.add(new HttpField("Host", "h"));
        fields.fields.add(new HttpField("cookie", "b"));
        assertThat(request.headers()).hasSize(2);
        assertThat(request.headers().get("COOKIE")).containsExactly("a", "b");
    }
}
