package io.highwater.archive;

import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;

final class MemoryArchiveContractTest extends ArchiveContract {
    private final Disk disk = new Disk();

    @Override
    protected Archive open() {
        return new MemoryArchive(disk);
    }

    @Override
    protected long nowMillis() {
        return GENERATION + 120_000;
    }
}
