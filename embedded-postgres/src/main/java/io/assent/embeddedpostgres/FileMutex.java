package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One holder among all processes and threads; the operating system frees it when the holder dies.
 *
 * <p>A waiting thread keeps its own channel open until it has held the lock: on POSIX, closing any channel of a file
 * frees the locks that this process has on it, so giving up early would take the lock away from another thread.
 */
final class FileMutex implements AutoCloseable {

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final FileChannel channel;

    private FileMutex(FileChannel channel) {
        this.channel = channel;
    }

    static FileMutex acquire(Path file, Duration timeout) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return new FileMutex(channel);
                }
            } catch (OverlappingFileLockException e) {
                // Another thread of this process holds it: wait as for another process.
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new EmbeddedPostgresException("Another process has been starting or stopping PostgreSQL for more"
                        + " than " + timeout.toSeconds() + " s; it holds " + file + ". End that process, then try"
                        + " again.");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
