public import AdminContract

/// What an operator can ask of the part that sends mail.
public struct SendingControl: Sendable {
    let tryHostsAgain: @Sendable () -> Void
    let testRelay: @Sendable () async -> [RelayTest.Step]

    /// `tryHostsAgain`: hosts that could not be reached are not left alone any more. `testRelay`: the steps up to the first that fails.
    public init(tryHostsAgain: @escaping @Sendable () -> Void, testRelay: @escaping @Sendable () async -> [RelayTest.Step]) {
        self.tryHostsAgain = tryHostsAgain
        self.testRelay = testRelay
    }
}
