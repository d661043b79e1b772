import MailCore
import MailStore
import Synchronization

/// How many reports a sender got in this hour.
final class ReportLimiter: Sendable {
    private struct Hour {
        var began: QueueTime
        var count: Int
    }
    /// Senders that are remembered; when there are more, those whose hour is over are forgotten, and at worst all.
    private static let most = 10_000
    private let hours = Mutex<[MailAddress: Hour]>([:])

    /// Counts one more, or says that it is too many.
    func admits(_ sender: MailAddress, at now: QueueTime, atMost limit: Int) -> Bool {
        hours.withLock { hours in
            if hours.count >= Self.most { hours = hours.filter { now - $0.value.began < .seconds(3600) } }
            if hours.count >= Self.most { hours.removeAll() }
            let key = sender.folded
            guard let hour = hours[key], now - hour.began < .seconds(3600) else {
                hours[key] = Hour(began: now, count: 1)
                return true
            }
            hours[key]?.count += 1
            return hour.count < limit
        }
    }
}
