package io.highwater.archive.file;

import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.SstPartitionerFixedPrefixFactory;
import org.rocksdb.Statistics;
import org.rocksdb.StatsLevel;
import org.rocksdb.WALRecoveryMode;

/**
 * How the store is opened: what bounds its memory and its files. Confined to who opens the store.
 *
 * <p>Memory outside the heap, about 64 MiB in all: 24 MiB of memory tables ({@link #TABLES} of
 * {@link #TABLE_BYTES}), 24 MiB of cache with the indexes and filters of all files in it, and the
 * buffers of one flush and one compaction.
 */
final class StoreOptions implements AutoCloseable {
    private static final long MIB = 1 << 20;

    /** When it is full, another one takes writes while this one is written to a file. */
    static final long TABLE_BYTES = 8 * MIB;

    static final int TABLES = 3;
    static final long CACHE_BYTES = 24 * MIB;
    static final int MAX_OPEN_FILES = 256;

    private static final long FILE_BYTES = 32 * MIB;
    private static final long FIRST_LEVEL_BYTES = 128 * MIB;
    private static final int BLOCK_BYTES = 16 << 10;
    private static final int PARTITION_BYTES = 4 << 10;
    private static final double FILTER_BITS = 10;

    /** Fixed, so that another release of RocksDB does not change what is written. */
    private static final int TABLE_FORMAT = 6;

    private final LRUCache cache = new LRUCache(CACHE_BYTES);
    private final BloomFilter filter = new BloomFilter(FILTER_BITS);
    private final SstPartitionerFixedPrefixFactory partitioner =
            new SstPartitionerFixedPrefixFactory(Keys.SEGMENT_BYTES);
    private final Statistics statistics = new Statistics();
    private final DBOptions checked = DBOptions.getDBOptionsFromProps(checks());
    private final ColumnFamilyOptions plain = new ColumnFamilyOptions();
    private final Options options = new Options(checked, plain);

    StoreOptions(boolean isNew) {
        statistics.setStatsLevel(StatsLevel.EXCEPT_DETAILED_TIMERS);
        options.setCreateIfMissing(isNew)
                .setTableFormatConfig(tables())
                .useFixedLengthPrefixExtractor(Keys.PREFIX_BYTES)
                .setSstPartitionerFactory(partitioner)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(TABLE_BYTES)
                .setMaxWriteBufferNumber(TABLES)
                .setTargetFileSizeBase(FILE_BYTES)
                .setMaxBytesForLevelBase(FIRST_LEVEL_BYTES)
                // Files are dropped by age here; RocksDB need not sort the old ones once more.
                .setTtl(0)
                .setMaxBackgroundJobs(2)
                .setMaxSubcompactions(1)
                .setMaxOpenFiles(MAX_OPEN_FILES)
                // Large writes in the background reach the disk bit by bit, so that no sync of the
                // log waits behind them.
                .setBytesPerSync(MIB)
                // Whatever a crash has cut off at the end of the log was not acknowledged.
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setSkipStatsUpdateOnDbOpen(true)
                .setStatistics(statistics)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(MIB)
                .setKeepLogFileNum(2);
    }

    /**
     * RocksDB keeps how long each log is that a newer one follows, and does not open a store of
     * which one is shorter or missing. Its Java classes have no method for that.
     */
    private static Properties checks() {
        Properties checks = new Properties();
        checks.setProperty("track_and_verify_wals_in_manifest", "true");
        return checks;
    }

    private BlockBasedTableConfig tables() {
        return new BlockBasedTableConfig()
                .setFormatVersion(TABLE_FORMAT)
                .setBlockSize(BLOCK_BYTES)
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                // In parts, so that a few of them in the cache serve many files.
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true)
                .setMetadataBlockSize(PARTITION_BYTES)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinTopLevelIndexAndFilter(true);
    }

    Options options() {
        return options;
    }

    Statistics statistics() {
        return statistics;
    }

    @Override
    public void close() {
        options.close();
        plain.close();
        checked.close();
        statistics.close();
        partitioner.close();
        filter.close();
        cache.close();
    }
}
