public import AdminContract

/// What an operator can ask of the part that sends mail.
public struct SendingControl: Sendable {
    let tryHostsAgain: @Sendable () -> Void
    let testRelay: @Sendable () async -> [RelayTest.Step]
    let validation: @Sendable () -> String

    /// `tryHostsAgain`: hosts that could not be reached are not left alone any more. `testRelay`: the steps up to the first that fails.
    /// `validation`: whether answers of the name servers are validated, in words.
    public init(
        tryHostsAgain: @escaping @Sendable () -> Void, testRelay: @escaping @Sendable () async -> [RelayTest.Step],
        validation: @escaping @Sendable () -> String
    ) {
        self.tryHostsAgain = tryHostsAgain
        self.testRelay = testRelay
        self.validation = validation
    }
}
