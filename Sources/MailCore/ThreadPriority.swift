internal import Glibc

/// What the processors do first when more is to be done than they can.
public enum ThreadPriority {
    /// The thread that this is called on goes behind others for good, so many steps of nice(2): with 5 it gets a quarter of what they get
    /// where both want all of a processor, with 10 a tenth. It is no fault where that is not possible.
    public static func stepBack(_ steps: Int) {
        // On Linux a thread has a niceness of its own, and 0 names the one that asks. setpriority(2)
        let this = __priority_which_t(PRIO_PROCESS.rawValue)
        setpriority(this, 0, getpriority(this, 0) + CInt(clamping: steps))
    }
}
