package io.highwater.archive.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.backbone.BackboneStartException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder that an archive lies in, and the file in it that says whose it is. It is checked
 * before the store is opened, so that the folder of another node, or of a newer version, is not
 * touched. Confined to who opens the archive.
 *
 * <pre>
 * archive.properties   whose archive it is: format, node if it has a name, shards
 * store/               RocksDB's files
 * native/              RocksDB's library, taken out of its jar at each start
 * </pre>
 */
final class Folder {
    /** What this version writes; it reads this one and all before it. */
    static final int FORMAT = 1;

    static final String IDENTITY = "archive.properties";
    static final String STORE = "store";
    static final String NATIVE = "native";

    private static final String UNFINISHED = IDENTITY + ".new";
    private static final String FORMAT_KEY = "format";
    private static final String NODE_KEY = "node";
    private static final String SHARDS_KEY = "shards";

    /** What an interrupted first start leaves, and what a new file system has. */
    private static final Set<String> OURS = Set.of(STORE, NATIVE, UNFINISHED, "lost+found");

    private final FileArchiveSettings settings;
    private final Path path;

    private boolean isToName;

    Folder(FileArchiveSettings settings) {
        this.settings = settings;
        path = settings.folder();
    }

    Path path() {
        return path;
    }

    Path store() {
        return path.resolve(STORE);
    }

    Path library() {
        return path.resolve(NATIVE);
    }

    /**
     * Makes the folder if it is missing, and checks whose it is.
     *
     * @return whether it is new: nothing says whose it is
     * @throws BackboneStartException if this node must not use it
     */
    boolean prepare() throws BackboneStartException {
        try {
            make(path);
            boolean isNew = !Files.exists(path.resolve(IDENTITY));
            if (isNew) {
                requireNothingForeign();
            } else {
                check();
            }
            make(store());
            make(library());
            return isNew;
        } catch (IOException e) {
            throw StartErrors.of(path, e);
        }
    }

    private void make(Path folder) throws IOException, BackboneStartException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (Files.exists(folder)) {
            throw StartErrors.of(
                    folder, "is a file. Name a folder, or a path where there is nothing");
        }
        Path parent = folder.getParent();
        if (parent == null) {
            throw StartErrors.of(folder, "does not exist");
        }
        Files.createDirectories(parent);
        if (Files.getFileStore(parent).supportsFileAttributeView("posix")) {
            // It holds what people write to each other.
            Files.createDirectory(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectory(folder);
        }
        sync(parent);
    }

    private void requireNothingForeign() throws IOException, BackboneStartException {
        try (Stream<Path> files = Files.list(path)) {
            List<String> foreign =
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> !OURS.contains(name))
                            .sorted()
                            .limit(3)
                            .toList();
            if (!foreign.isEmpty()) {
                throw StartErrors.of(
                        path,
                        "is no archive, and has other files in it ("
                                + String.join(", ", foreign)
                                + "). Name an empty folder, or one that does not exist yet");
            }
        }
    }

    private void check() throws IOException, BackboneStartException {
        Properties identity = new Properties();
        int format;
        int shards;
        try {
            identity.load(new StringReader(Files.readString(path.resolve(IDENTITY), UTF_8)));
            format = Integer.parseInt(identity.getProperty(FORMAT_KEY, "").strip());
            shards = Integer.parseInt(identity.getProperty(SHARDS_KEY, "0").strip());
        } catch (IllegalArgumentException e) {
            throw StartErrors.of(
                    path,
                    "is damaged: its file "
                            + IDENTITY
                            + " cannot be read. Restore that file from a backup",
                    e);
        }
        if (format > FORMAT) {
            throw StartErrors.of(
                    path,
                    "was written by a newer version of Highwater, in format "
                            + format
                            + "; this version reads up to "
                            + FORMAT
                            + ". Start the newer version, or name another folder");
        }
        String node = identity.getProperty(NODE_KEY, "");
        String ours = settings.node();
        isToName = ours != null && node.isEmpty();
        if (ours != null && !node.isEmpty() && !node.equals(ours)) {
            throw StartErrors.of(
                    path,
                    "is the archive of the node \""
                            + node
                            + "\", and this node is \""
                            + ours
                            + "\". If it is the same node under another name, set highwater.node="
                            + node
                            + "; else name another folder");
        }
        if (shards != settings.shards()) {
            throw StartErrors.of(
                    path,
                    "is the archive of a log of "
                            + shards
                            + " shards, and this node's has "
                            + settings.shards()
                            + ". The number cannot change: name another folder");
        }
    }

    /** Whether the folder names no node, and this node has a name. Once it was prepared. */
    boolean isToName() {
        return isToName;
    }

    /** Writes whose archive it is; after a crash the file is there as it was, or as it will be. */
    void identify() throws IOException {
        String node = settings.node();
        String text =
                "# The archive of a Highwater node. Highwater reads this file at its start.\n"
                        + (FORMAT_KEY + "=" + FORMAT + "\n")
                        + (node == null ? "" : NODE_KEY + "=" + escaped(node) + "\n")
                        + (SHARDS_KEY + "=" + settings.shards() + "\n");
        Path unfinished = path.resolve(UNFINISHED);
        try (FileChannel file =
                FileChannel.open(
                        unfinished,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        Files.move(unfinished, path.resolve(IDENTITY), StandardCopyOption.ATOMIC_MOVE);
        sync(path);
    }

    private static String escaped(String node) {
        return node.replace("\\", "\\\\");
    }

    /** Makes names in a folder outlive a power cut, where the system can. */
    private static void sync(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
                entries.force(true);
            }
        }
    }

    /** Bytes that this process may still write to the file system. */
    long usableBytes() throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }
}
