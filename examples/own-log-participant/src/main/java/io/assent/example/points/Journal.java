package io.assent.example.points;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines that only grows. What {@link #append} has returned from is on the disk. Each line carries a checksum, so that
 * one which a crash has cut off is told from one that is whole. Not thread-safe.
 *
 * <p>Not written through its channel: that closes for good when a thread is interrupted while it writes.
 */
final class Journal implements AutoCloseable {

    private static final int CHECKSUM = 8;

    private final Path path;
    private final RandomAccessFile file;
    private final FileLock lock;
    private long end;
    private @Nullable IOException broken;

    /**
     * Opens the file, or makes it.
     *
     * @param lines is given every line that was appended before
     * @throws IOException also if another process has it open, or if anything but its end is damaged
     */
    Journal(Path path, Consumer<String> lines) throws IOException {
        this.path = path.toAbsolutePath();
        file = new RandomAccessFile(this.path.toFile(), "rw");
        try {
            lock = lock();
            end = replay(lines);
            // A: the process, or the machine, died within an append. The last line is cut off, nobody was told that it
            // is there, and it goes. B: a line is whole, but was never forced. It counts from here on, so it is forced.
            file.setLength(end);
            file.getFD().sync();
            forceDirectory();
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private FileLock lock() throws IOException {
        FileLock taken;
        try {
            taken = file.getChannel().tryLock();
        } catch (OverlappingFileLockException e) {
            taken = null;
        }
        if (taken == null) {
            throw new IOException(path + " is in use by another process");
        }
        return taken;
    }

    private long replay(Consumer<String> lines) throws IOException {
        byte[] all = new byte[Math.toIntExact(file.length())];
        file.readFully(all);
        int start = 0;
        while (start < all.length) {
            int newline = start;
            while (newline < all.length && all[newline] != '\n') {
                newline++;
            }
            String line = newline == all.length ? null : content(all, start, newline);
            if (line == null) {
                if (newline < all.length - 1) {
                    throw new IOException(
                            path + " is damaged at byte " + start + ", and goes on after that. Restore it.");
                }
                return start;
            }
            lines.accept(line);
            start = newline + 1;
        }
        return start;
    }

    private static @Nullable String content(byte[] all, int from, int to) {
        if (to - from <= CHECKSUM) {
            return null;
        }
        String checksum = new String(all, from, CHECKSUM, StandardCharsets.US_ASCII);
        String line = new String(all, from + CHECKSUM, to - from - CHECKSUM, StandardCharsets.UTF_8);
        return checksum.equals(checksum(line)) ? line : null;
    }

    private static String checksum(String line) {
        CRC32 crc = new CRC32();
        crc.update(line.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    /**
     * Appends a line, and forces it to the disk.
     *
     * @throws IOException if it is not known whether it is there. From then on nothing works until the process starts again:
     *     after a failed fsync the operating system may say of the next one that it went well
     */
    void append(String line) throws IOException {
        check();
        byte[] bytes = (checksum(line) + line + '\n').getBytes(StandardCharsets.UTF_8);
        try {
            file.seek(end);
            file.write(bytes);
            file.getFD().sync();
            end += bytes.length;
        } catch (IOException e) {
            broken = e;
            throw e;
        }
    }

    /** @throws IOException if an append has failed: what is in the file is not known */
    void check() throws IOException {
        if (broken != null) {
            throw new IOException(path + " could not be written before; start the service again", broken);
        }
    }

    /** A file is found again after a crash only if its name is on the disk, too. */
    private void forceDirectory() throws IOException {
        Path directory = path.getParent();
        if (directory == null || System.getProperty("os.name").startsWith("Windows")) {
            return;
        }
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
        file.close();
    }
}
