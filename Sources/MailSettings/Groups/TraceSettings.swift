/// What is remembered of messages for `postern trace`.
public struct TraceSettings: SettingsGroup {
    public let keep = Setting(
        "trace.keep", Duration.seconds(14 * 86400), .range(.zero ... .seconds(365 * 86400)),
        "How long it is remembered where a message came from and what became of it; 0s: not at all.", takesEffect: .live)

    public init() {}
}
