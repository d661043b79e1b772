internal import Glibc
internal import Host

/// The loop: waits for peers, for events of the kernel, and never longer than it may take to notice what no event told.
struct Watch {
    let door: LocalSocket
    let keeper: Keeper
    let desk: Desk
    /// Started by hand; else systemd starts us again when somebody asks.
    let staysForever: Bool

    /// Without a plan, and nobody who asks.
    private static let patience = Duration.seconds(60)

    func run() {
        Notify.ready("keeping watch")
        var lastAsked = ContinuousClock.now
        while true {
            var waiting = ([door.descriptor] + keeper.descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let count = poll(&waiting, nfds_t(waiting.count), Self.milliseconds(until: keeper.nextLook))
            guard count >= 0 || errno == EINTR else { return }
            keeper.look()
            Notify.alive()
            if count > 0, waiting[0].revents != 0, let peer = door.accept() {
                desk.serve(peer)
                lastAsked = .now
            }
            if !staysForever, !keeper.isHolding, lastAsked + Self.patience < .now { return Notify.stopping("nothing to keep") }
        }
    }

    /// Rounded up, so that nobody wakes a moment too early.
    private static func milliseconds(until instant: ContinuousClock.Instant) -> Int32 {
        Int32(max(0, (ContinuousClock.now.duration(to: instant) / .milliseconds(1)).rounded(.up)))
    }
}
