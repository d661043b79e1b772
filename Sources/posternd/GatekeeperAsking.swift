internal import Host
internal import Logging
internal import MailCore
internal import Synchronization

/// Asks the gatekeeper for something that has to be done, however often it takes; a reason for failing is told once, until it worked.
final class GatekeeperAsking: Sendable {
    let gatekeeper: GatekeeperClient
    private let event: JournalEvent
    private let logger: Logger
    private let told = Mutex<String?>(nil)

    init(_ gatekeeper: GatekeeperClient, event: JournalEvent, _ logger: Logger) {
        self.gatekeeper = gatekeeper
        self.event = event
        self.logger = logger
    }

    func isDone(_ request: GatekeeperRequest) async -> Bool {
        var sentence: String?
        if case .refused(let reason) = await gatekeeper.ask(request) { sentence = reason }
        let isNews = told.withLock { told in
            defer { told = sentence }
            return told != sentence
        }
        if let sentence, isNews { logger.error("\(sentence)", metadata: ["event": "\(event.rawValue)"]) }
        return sentence == nil
    }
}
