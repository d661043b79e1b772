internal import Glibc

/// What the processors do first when more is to be done than they can.
public enum ThreadPriority {
    /// SCHED_BATCH, which <sched.h> shows to GNU sources only.
    private static let batch: CInt = 3

    /// The thread that this is called on goes behind others for good, so many steps of nice(2): with 5 it gets a quarter of what they get
    /// where both want all of a processor, with 10 a tenth; and it takes nobody's place in the moment in which it gets something to do.
    /// It is no fault where that is not possible.
    public static func stepBack(_ steps: Int) {
        // On Linux a thread has a niceness and a policy of its own, and 0 names the one that asks. setpriority(2), sched(7)
        let this = __priority_which_t(PRIO_PROCESS.rawValue)
        setpriority(this, 0, getpriority(this, 0) + CInt(clamping: steps))
        var none = sched_param()
        sched_setscheduler(0, batch, &none)
    }
}
