package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.backbone.redis.RedisAddress.Mode;
import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisAddressTest {
    @Test
    void aStandaloneRedisMayHaveAUserAPasswordAndADatabase() {
        RedisAddress address = RedisAddress.parse("redis://me:s%40cret@cache.example.com:6380/2");
        assertThat(address.mode()).isEqualTo(Mode.STANDALONE);
        assertThat(address.shown()).isEqualTo("redis://cache.example.com:6380/2");
        RedisURI uri = address.uris().get(0);
        assertThat(uri.getHost()).isEqualTo("cache.example.com");
        assertThat(uri.getPort()).isEqualTo(6380);
        assertThat(uri.getDatabase()).isEqualTo(2);
        assertThat(uri.isSsl()).isFalse();
        assertThat(RedisAddress.parse("rediss://cache").uris().get(0).isSsl()).isTrue();
    }

    @Test
    void sentinelsNameThePrimary() {
        RedisAddress address =
                RedisAddress.parse(
                        "redis-sentinel://:pw@s1:26379,s2:26380/0?sentinelMasterId=main");
        assertThat(address.mode()).isEqualTo(Mode.SENTINEL);
        assertThat(address.shown())
                .isEqualTo("redis-sentinel://s1:26379,s2:26380/0?sentinelMasterId=main");
        assertThat(address.uris().get(0).getSentinels()).hasSize(2);
        assertThat(address.uris().get(0).getSentinelMasterId()).isEqualTo("main");
        assertThatThrownBy(() -> RedisAddress.parse("redis-sentinel://:pw@s1:26379"))
                .hasMessage(
                        "redis-sentinel://s1:26379 does not name the primary; add"
                                + " ?sentinelMasterId=NAME");
    }

    @Test
    void aClusterIsNamedBySomeOfItsNodes() {
        RedisAddress address = RedisAddress.parse("rediss-cluster://me:pw@n1:7000,n2:7001");
        assertThat(address.mode()).isEqualTo(Mode.CLUSTER);
        assertThat(address.shown()).isEqualTo("rediss-cluster://n1:7000,n2:7001");
        assertThat(address.uris()).extracting(RedisURI::getHost).containsExactly("n1", "n2");
        assertThat(address.uris()).extracting(RedisURI::getPort).containsExactly(7000, 7001);
        assertThat(address.uris()).allMatch(RedisURI::isSsl);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cache:6379",
                "http://me:secret@cache:6379",
                "redis-socket:///tmp/secret",
                "redis://me:secret@cache:port",
                "redis-sentinel://me:secret@?sentinelMasterId=m",
                "redis-cluster://me:sec ret@cache",
                ""
            })
    void whatIsNoUriOfRedisIsRefusedWithoutItsPassword(String text) {
        assertThatThrownBy(() -> RedisAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("redis://HOST:PORT")
                .hasMessageNotContaining("sec")
                .hasNoCause();
    }
}
