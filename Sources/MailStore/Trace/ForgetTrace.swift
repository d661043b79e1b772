import MailCore

/// Forgets what is too old, a step at a time; of a message that is in the queue nothing is. Answers whether there is more.
struct ForgetTrace: StoreVerb {
    /// Messages that came before this moment, in microseconds since 1970.
    let before: Int64

    private static let limit = 500

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Bool {
        let messages = try transaction.statement(
            """
            DELETE FROM trace WHERE message IN (SELECT t.message FROM trace t WHERE t.message < ?1 \
            AND NOT EXISTS(SELECT 1 FROM queued q WHERE q.message = t.message) ORDER BY t.message LIMIT ?2)
            """)
        messages.bind(1, before)
        messages.bind(2, Self.limit)
        let forgotten = try messages.run()
        let events = try transaction.statement(
            """
            DELETE FROM trace_event WHERE message IN (SELECT DISTINCT e.message FROM trace_event e WHERE e.message < ?1 \
            AND NOT EXISTS(SELECT 1 FROM queued q WHERE q.message = e.message) ORDER BY e.message LIMIT ?2)
            """)
        events.bind(1, before)
        events.bind(2, Self.limit)
        return try events.run() > 0 || forgotten == Self.limit
    }
}

extension MailStore {
    /// Forgets, in one step, what has been remembered for longer than the setting says; answers whether there is more to forget.
    public func forgetOldTraces() async throws(StoreError) -> Bool {
        let keep = configuration.keepsTrace().wholeMilliseconds
        let (age, overflow) = keep.multipliedReportingOverflow(by: 1000)
        return try await perform(ForgetTrace(before: unixMicroseconds() - (overflow ? .max : age)))
    }
}
