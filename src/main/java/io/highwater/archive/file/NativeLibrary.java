package io.highwater.archive.file;

import io.highwater.backbone.BackboneStartException;
import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads RocksDB's library into this JVM, once. Stateless. */
final class NativeLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

    private NativeLibrary() {}

    /**
     * Takes it out of its jar into the archive's folder. RocksDB's own choice is a new file of 15
     * MB in java.io.tmpdir at each start, which stays there when the process is killed.
     */
    static void load(Folder folder) throws BackboneStartException {
        Path into = folder.library();
        try {
            NativeLibraryLoader.getInstance().loadLibrary(into.toString());
        } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
            // Such as a file system that is mounted noexec; then RocksDB tries its own choice.
            LOG.atWarn()
                    .addKeyValue("folder", into)
                    .setCause(e)
                    .log("archive_library_not_loaded_from_folder");
        }
        try {
            RocksDB.loadLibrary();
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            throw StartErrors.noLibrary(folder.path(), e);
        }
    }
}
