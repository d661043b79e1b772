internal import LocalIntake
internal import ServiceLifecycle

extension LetterBox {
    /// From the start to the stop.
    var service: some Service { LetterService(box: self) }
}

private struct LetterService: Service {
    let box: LetterBox

    func run() async throws { await cancelWhenGracefulShutdown { await box.run() } }
}
