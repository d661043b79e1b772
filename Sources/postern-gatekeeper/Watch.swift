internal import Glibc
internal import Host

/// The loop: waits for peers, for events of the kernel, and never longer than it may take to notice what no event told.
struct Watch {
    let door: LocalSocket
    let keeper: Keeper
    let desk: Desk
    /// Started by hand; else systemd starts us again when somebody asks.
    let staysForever: Bool

    /// An event may get lost; then this is how late we are. In milliseconds.
    private static let lookEvery: Int32 = 900
    /// While somebody else changes the rules again and again.
    private static let lookEveryInQuarrel: Int32 = 100
    /// Without a plan, and nobody who asks.
    private static let patience = Duration.seconds(60)

    func run() {
        Notify.ready("keeping watch")
        var lastAsked = ContinuousClock.now
        while true {
            var waiting = ([door.descriptor] + keeper.descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let count = poll(&waiting, nfds_t(waiting.count), keeper.isPausing ? Self.lookEveryInQuarrel : Self.lookEvery)
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
}
