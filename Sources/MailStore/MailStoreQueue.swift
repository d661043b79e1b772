public import MailCore
public import NIOCore

/// The queue: messages on their way to other servers. Their rows are written in the commit that stores the message.
extension MailStore {
    /// Puts the message into mailboxes here and into the queue for those elsewhere, in one commit; answers where its octets are.
    /// `origin`: what is remembered of it for who asks one day.
    @discardableResult
    public func deliver(
        _ message: IncomingMessage, to recipients: [LocalRecipient], queue: OutgoingEnvelope?, origin: MessageOrigin? = nil
    ) async throws(StoreError) -> StoredMessage {
        try await perform(try await delivery(message, to: recipients, queue: queue, origin: origin))
    }

    /// Writes down what tries of the message's recipients came to, durably; a report about them is stored in the same commit.
    public func settle(_ message: MessageID, _ settlements: [Settlement], notice: Notice? = nil) async throws(StoreError) {
        var deliver: Deliver?
        if let notice { deliver = try await delivery(notice.message, to: notice.recipients, queue: notice.queue, origin: notice.origin) }
        try await perform(Settle(queuedMessage: message, settlements: settlements, notice: deliver))
        leases.settled(settlements.map(\.recipient))
    }

    /// A report that goes with a settlement.
    public struct Notice: Sendable {
        public var message: IncomingMessage
        public var recipients: [LocalRecipient]
        public var queue: OutgoingEnvelope?
        public var origin: MessageOrigin?

        /// - Parameter origin: says about which message it is.
        public init(_ message: IncomingMessage, to recipients: [LocalRecipient], queue: OutgoingEnvelope?, origin: MessageOrigin? = nil) {
            self.origin = origin
            self.message = message
            self.recipients = recipients
            self.queue = queue
        }
    }

    // MARK: leases

    /// Takes what is due for the destination, at most so many recipients: nobody else gets them before `settle` or `giveBack`.
    public func leaseDue(_ destination: Destination, limit: Int) async throws -> [QueuedMessage] {
        let look = leases.beginLook()
        let (now, leased) = (queueClock.now, look.leased)
        var messages: [QueuedMessage] = []
        do {
            messages = try await read { try $0.dueRecipients(destination, at: now, without: leased, limit: limit) }
        } catch {
            _ = leases.end(look, taking: [])
            throw error
        }
        let taken = leases.end(look, taking: messages.flatMap { $0.recipients.map(\.id) })
        for place in messages.indices { messages[place].recipients.removeAll { !taken.contains($0.id) } }
        return messages.filter { !$0.recipients.isEmpty }
    }

    /// A message's octets without a wait for the drive, when the kernel has them in memory and they are no more than `limit`. It may be
    /// asked on an event loop; `nil` says nothing but that they have to be read.
    public func octetsAtHand(_ message: StoredMessage, limit: Int) -> ByteBuffer? {
        guard message.size > 0, message.size <= limit, let packs = engine?.packReader else { return nil }
        var buffer = ByteBufferAllocator().buffer(capacity: message.size)
        let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: message.size) { space in
            packs.atHand(message, into: UnsafeMutableRawBufferPointer(rebasing: space[..<message.size])) ? message.size : 0
        }
        return count > 0 ? buffer : nil
    }

    /// Nothing was tried.
    public func giveBack(_ message: QueuedMessage) { leases.giveBack(message.recipients.map(\.id)) }

    /// Whether somebody is trying the recipient now.
    public func isLeased(_ recipient: QueuedRecipient) -> Bool { leases.has(recipient.id) }

    /// The recipients that somebody is trying now.
    public var leasedRecipients: Set<Int64> { leases.all }

    /// Calls `callback` after each commit that made something due, on the writer's thread: only wake somebody in it. There is one such
    /// callback, and it owns the leases of what has just come in.
    public func watchQueue(_ callback: @escaping @Sendable (QueueNews) -> Void) { queueWatchers.set(callback) }

    /// Writes the queue's time down. Once a minute is enough: what a crash loses of it only makes mail younger.
    public func keepQueueTime() async throws(StoreError) {
        let (time, wall) = queueClock.reading
        try await perform(KeepQueueTime(time: time, wall: wall))
    }

    // MARK: the operator's verbs; each answers how many recipients it was done to

    /// No try is made for these recipients until they are released.
    public func hold(_ recipients: [Int64]) async throws(StoreError) -> Int { try await change(recipients, .hold) }

    /// Held recipients go on, now.
    public func release(_ recipients: [Int64]) async throws(StoreError) -> Int { try await change(recipients, .release) }

    /// Recipients that wait are tried now.
    public func retryNow(_ recipients: [Int64]) async throws(StoreError) -> Int { try await change(recipients, .retry) }

    /// Recipients go to this host, `nil`: to where their domain leads again.
    public func reroute(_ recipients: [Int64], to destination: Destination?) async throws(StoreError) -> Int {
        try await change(recipients, .reroute(destination))
    }

    /// Recipients are taken out of the queue and nobody is told.
    public func deleteQueued(_ recipients: [Int64]) async throws(StoreError) -> Int { try await change(recipients, .delete) }

    private func change(_ recipients: [Int64], _ change: ChangeQueued.Change) async throws(StoreError) -> Int {
        var changed = 0
        var rest = recipients[...]
        while !rest.isEmpty {
            let step = Array(rest.prefix(ChangeQueued.limit))
            rest = rest.dropFirst(step.count)
            changed += try await perform(ChangeQueued(recipients: step, change: change, now: queueClock.now))
        }
        return changed
    }
}
