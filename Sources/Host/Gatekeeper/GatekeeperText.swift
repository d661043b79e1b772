internal import MailCore
internal import Netlink

/// Messages as text: one line a fact, fields separated by tabs, an empty line at the end. No field holds a tab, a line end or another
/// control character.
///
/// ```
/// hold                                      answer: ok
/// scope  internal                                   filters-nothing
/// internal  lan0                                    rule  inet filter postern_access  7  12  640  tcp dport 25 …
/// chain  inet filter input                          finding  smtp  25  lan0  4  open  -  inet filter …
/// position  last                                    exception  inet filter input rule …
/// service  smtp  25,587  lan0  ppp*         or:     refused  SENTENCE
/// ```
public enum GatekeeperText {
    static func line(_ fields: [String]) -> String {
        fields.map { field in
            String(String.UnicodeScalarView(field.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
        }.joined(separator: "\t") + "\n"
    }

    /// The lines of a whole message; `nil` when it is none.
    static func lines(_ octets: some Collection<UInt8>) -> [[String]]? {
        guard let text = String(validating: octets, as: UTF8.self), text.hasSuffix("\n\n") || text == "\n" else { return nil }
        return text.parts(at: "\n").map { $0.parts(at: "\t", keepingEmpty: true).map(String.init) }
    }
}

extension GatekeeperRequest {
    public var text: String {
        switch self {
        case .hold(let plan): GatekeeperText.line(["hold"]) + plan.text + "\n"
        case .clear: "clear\n\n"
        case .leave: "leave\n\n"
        case .report: "report\n\n"
        case .explain(let port): "explain\t\(port)\n\n"
        case .prepareMount(let major, let minor): "prepare-mount\t\(major)\t\(minor)\n\n"
        case .regenerateSockets: "regenerate-sockets\n\n"
        }
    }

    /// `nil` when the octets are no request that may be made.
    public init?(parsing octets: some Collection<UInt8>) {
        guard octets.count <= GatekeeperLimits.request, let lines = GatekeeperText.lines(octets), let first = lines.first else {
            return nil
        }
        if first == ["hold"] {
            guard let plan = AccessPlan(lines: lines.dropFirst()) else { return nil }
            self = .hold(plan)
            return
        }
        guard lines.count == 1 else { return nil }
        switch (first[0], first.dropFirst().map { UInt32(digits: $0) }) {
        case ("clear", []): self = .clear
        case ("leave", []): self = .leave
        case ("report", []): self = .report
        case ("regenerate-sockets", []): self = .regenerateSockets
        case ("explain", let numbers) where numbers.count == 1:
            guard let port = numbers[0].flatMap(UInt16.init(exactly:)), port > 0 else { return nil }
            self = .explain(port: port)
        case ("prepare-mount", let numbers) where numbers.count == 2:
            guard let major = numbers[0], let minor = numbers[1] else { return nil }
            self = .prepareMount(major: major, minor: minor)
        default: return nil
        }
    }
}

extension UInt32 {
    /// Decimal digits and nothing else.
    init?(digits text: some StringProtocol) {
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ $0 &- 48 < 10 }), let value = UInt32(text) else { return nil }
        self = value
    }
}
