/// One suspended session. Checked in debug and test builds, where resuming twice or never is reported; unsafe in release, where
/// the check would cost an allocation for every wait.
#if DEBUG
    typealias Pause = CheckedContinuation<Void, Never>

    func pause(_ body: (Pause) -> Void) async {
        await withCheckedContinuation(body)
    }
#else
    typealias Pause = UnsafeContinuation<Void, Never>

    func pause(_ body: (Pause) -> Void) async {
        await withUnsafeContinuation(body)
    }
#endif
