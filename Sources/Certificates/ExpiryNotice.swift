/// Says when the journal hears of a certificate's end: 30, 14, 7 and 1 days before it, and each day after it.
public struct ExpiryNotice: Hashable, Sendable {
    /// How many days before the end; 0 is after it.
    public let days: Int
    /// Unix seconds.
    public let given: Int64

    private static let stages = [0, 1, 7, 14, HeldCertificate.daysOfWarning]

    /// The notice that is due now, if any; `last` is the one that was given before, for the same certificate.
    public static func due(forEnd end: Int64, at now: Int64, after last: ExpiryNotice?) -> ExpiryNotice? {
        let left = end - now
        guard let stage = left < 0 ? 0 : stages.dropFirst().first(where: { left <= Int64($0) * 86_400 }) else { return nil }
        let notice = ExpiryNotice(days: stage, given: now)
        guard let last else { return notice }
        let isNext = stage < last.days
        let isNextDay = stage == 0 && now - last.given >= 86_400
        return isNext || isNextDay ? notice : nil
    }
}
