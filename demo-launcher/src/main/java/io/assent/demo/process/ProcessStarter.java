package io.assent.demo.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * Starts children so that they end with this process, where the system can do that. On Linux with util-linux they run in a
 * session of their own (a Ctrl-C in the terminal reaches this process alone, which then stops them in order) and are
 * killed by the kernel when this process dies, however it dies. Elsewhere pid files tell the next run what to end.
 */
public final class ProcessStarter implements AutoCloseable {

    private final List<String> guard;
    // The kernel ties a child's life to the thread that started it, so that thread must live as long as this process.
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread starter = new Thread(task, "process-starter");
        starter.setDaemon(true);
        return starter;
    });

    public ProcessStarter() {
        List<String> programs = new ArrayList<>();
        if (System.getProperty("os.name", "").startsWith("Linux")) {
            find("setsid").ifPresent(setsid -> programs.add(setsid.toString()));
            find("setpriv").ifPresent(setpriv -> programs.addAll(List.of(setpriv.toString(), "--pdeathsig", "KILL")));
        }
        this.guard = List.copyOf(programs);
    }

    Process start(ProcessSpec spec) throws IOException {
        return start(spec, guard);
    }

    /** Starts a child that gets only the CPU time that nobody else wants; it is not supervised. */
    public Process startInBackground(ProcessSpec spec) throws IOException {
        List<String> prefix = new ArrayList<>(guard);
        find("nice").ifPresent(nice -> prefix.addAll(List.of(nice.toString(), "-n", "19")));
        return start(spec, prefix);
    }

    private Process start(ProcessSpec spec, List<String> prefix) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(spec.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(spec.workingDirectory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.logFile().toFile()));
        builder.environment().putAll(spec.environment());
        try {
            Process process = thread.submit(builder::start).get();
            process.getOutputStream().close();
            return process;
        } catch (ExecutionException e) {
            throw new IOException(spec.name() + " could not be started: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while starting " + spec.name(), e);
        }
    }

    /** Ends the starting thread and with it, where the guard works, every child that still runs. */
    @Override
    public void close() {
        thread.shutdown();
    }

    private static Optional<Path> find(String program) {
        return Pattern.compile(Pattern.quote(System.getProperty("path.separator")))
                .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                .filter(directory -> !directory.isBlank())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
