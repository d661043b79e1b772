/// Mail that could not be sent, and when it is tried again. F19–F22
public struct QueueSettings: SettingsGroup {
    private static let shortest = Duration.seconds(1)
    private static let longest = Duration.seconds(365 * 86400)

    public let interval = Setting(
        "queue.interval", Duration.seconds(30 * 60), .range(shortest...longest),
        "How often the queue is looked through for what is due.", takesEffect: .live)
    public let delayFrom = Setting(
        "queue.delay-from", Duration.seconds(180 * 60), .range(shortest...longest),
        "The shortest time between two tries of one message.", takesEffect: .live)
    public let delayTo = Setting(
        "queue.delay-to", Duration.seconds(300 * 60), .range(shortest...longest),
        "The longest time between two tries: it grows with the message's age, up to this.", takesEffect: .live)
    public let lifetime = Setting(
        "queue.lifetime", Duration.seconds(5760 * 60), .range(shortest...longest),
        "A message that cannot be sent for so long is given up, and its sender is told.", takesEffect: .live)
    public let delayNotice = Setting(
        "queue.delay-notice", Duration.seconds(4 * 3600), .range(.zero...longest),
        "The sender is told once of a message that has waited for so long; 0s: never.", takesEffect: .live)
    public let maxConnections = Setting(
        "queue.max-connections", 100, .range(1...10_000), "Most connections to other servers at a time.", takesEffect: .live)
    public let maxConnectionsPerDestination = Setting(
        "queue.max-connections-per-destination", 20, .range(1...1000),
        "Most connections to one destination; there are few at first, and more as messages are taken.", takesEffect: .live)
    public let maxReports = Setting(
        "queue.max-reports-per-hour", 100, .range(1...100_000), "Most delivery reports to one sender in an hour.", takesEffect: .live)

    public init() {}
}
