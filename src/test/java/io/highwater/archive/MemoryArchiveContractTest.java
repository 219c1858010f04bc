package io.highwater.archive;

import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;

final class MemoryArchiveContractTest extends SharedArchiveContract {
    private final Disk disk = new Disk();

    @Override
    protected SharedArchive open() {
        return new MemoryArchive(disk);
    }

    @Override
    protected long nowMillis() {
        return GENERATION + 120_000;
    }
}
