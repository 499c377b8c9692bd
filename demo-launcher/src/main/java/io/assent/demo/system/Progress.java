package io.assent.demo.system;

/** Told what is going on; called from several threads. */
public interface Progress {

    /** Something long has begun, such as "Starting the coordinator". */
    void begun(String what);

    /** Something was done, such as "Coordinator ready on http://…". */
    void done(String what);

    /** Something happened that nobody asked for, or that explains what one sees next. */
    void note(String what);
}
