package io.highwater.archive.file;

import io.highwater.backbone.BackboneStartException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Locale;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Says why an archive cannot start, and what to do. Stateless. */
final class StartErrors {
    private StartErrors() {}

    /**
     * @param what follows the folder's name, and ends without a full stop
     */
    static BackboneStartException of(Path folder, String what) {
        return new BackboneStartException(message(folder, what));
    }

    static BackboneStartException of(Path folder, String what, Throwable cause) {
        return new BackboneStartException(message(folder, what), cause);
    }

    private static String message(Path folder, String what) {
        return FileArchiveSettings.URL_KEY + ": the folder " + folder + " " + what + ".";
    }

    static BackboneStartException of(Path folder, IOException e) {
        String text = text(e);
        if (e instanceof AccessDeniedException || isNotPermitted(text)) {
            return notWritable(folder, text, e);
        }
        return isFull(text)
                ? full(folder, e)
                : of(folder, "cannot be used: " + e.getClass().getSimpleName() + ": " + text, e);
    }

    static BackboneStartException of(Path folder, RocksDBException e) {
        String text = text(e);
        if (isFull(e)) {
            return full(folder, e);
        }
        if (isNotPermitted(text)) {
            return notWritable(folder, text, e);
        }
        if (text.contains("LOCK:") || text.contains("lock hold by current process")) {
            return of(
                    folder,
                    "is in use by another process. Stop that one, or name another folder: each node"
                            + " has its own",
                    e);
        }
        if (text.contains("create_if_missing")) {
            return of(
                    folder,
                    "is damaged: it says whose archive it is, but has no "
                            + Folder.STORE
                            + "/CURRENT. Restore the whole folder from a backup; or delete it, and"
                            + " the history with it",
                    e);
        }
        return damaged(folder, e);
    }

    static BackboneStartException damaged(Path folder, Exception e) {
        return of(
                folder,
                "is damaged: "
                        + text(e)
                        + ". Restore the whole folder from a backup; or move it away, and this node"
                        + " starts without history",
                e);
    }

    private static BackboneStartException notWritable(Path folder, String text, Throwable e) {
        return of(
                folder,
                "cannot be written by this process: "
                        + text
                        + ". Give its user the right to, or name another folder",
                e);
    }

    private static BackboneStartException full(Path folder, Throwable e) {
        return of(folder, "lies on a disk that is full. Free some room, and start again", e);
    }

    static BackboneStartException noLibrary(Path folder, Throwable e) {
        return of(
                folder,
                "cannot be opened, since RocksDB's library does not load on this machine: "
                        + text(e)
                        + ". It has one for Linux, macOS and Windows on usual processors; it is"
                        + " written to the folder "
                        + Folder.NATIVE
                        + " in there, or to java.io.tmpdir, and one of them must allow to execute",
                e);
    }

    /** Whether a write failed for lack of room. */
    static boolean isFull(Throwable e) {
        if (e instanceof RocksDBException rocks) {
            Status status = rocks.getStatus();
            if (status != null && status.getSubCode() == Status.SubCode.NoSpace) {
                return true;
            }
        }
        return isFull(text(e));
    }

    private static boolean isFull(String text) {
        return text.contains("No space left") || text.toLowerCase(Locale.ROOT).contains("quota");
    }

    private static boolean isNotPermitted(String text) {
        return text.contains("Permission denied")
                || text.contains("Read-only file system")
                || text.contains("Operation not permitted");
    }

    /** What went wrong, in one line without a full stop. */
    static String text(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank()
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").replaceFirst("[.\\s]+$", "").strip();
    }
}
