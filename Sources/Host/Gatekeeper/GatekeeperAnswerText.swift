public import Netlink

extension GatekeeperAnswer {
    public var text: String {
        switch self {
        case .done: "ok\n\n"
        case .refused(let sentence): GatekeeperText.line(["refused", sentence]) + "\n"
        case .report(let report): "ok\n" + Self.lines(of: report).map(GatekeeperText.line).joined() + "\n"
        }
    }

    private static func lines(of report: AccessReport) -> [[String]] {
        var lines = [["report", report.filtersNothing ? "filters-nothing" : "filters"]]
        lines += report.otherChains.map { ["other-chain", $0.description] }
        lines += report.rules.map { ["rule", $0.chain.description, "\($0.handle)", "\($0.packets)", "\($0.bytes)", $0.text] }
        for finding in report.findings {
            let (word, detail) = finding.reachability.words
            lines.append([
                "finding", finding.service, "\(finding.port)", finding.interface, finding.isIPv6 ? "6" : "4", word, detail,
                finding.decidedBy,
            ])
            lines += finding.exceptions.map { ["exception", $0] }
        }
        return lines
    }

    /// `nil` when the octets are no answer.
    public init?(parsing octets: some Collection<UInt8>) {
        guard octets.count <= GatekeeperLimits.answer, let lines = GatekeeperText.lines(octets), let first = lines.first else { return nil }
        if first.count == 2, first[0] == "refused" {
            self = .refused(first[1])
            return
        }
        guard first == ["ok"] else { return nil }
        guard lines.count > 1 else {
            self = .done
            return
        }
        var report = AccessReport(rules: [], findings: [], filtersNothing: false)
        for line in lines.dropFirst() {
            guard Self.read(line, into: &report) else { return nil }
        }
        self = .report(report)
    }

    private static func read(_ line: [String], into report: inout AccessReport) -> Bool {
        switch (line[0], line.count) {
        case ("report", 2): report.filtersNothing = line[1] == "filters-nothing"
        case ("other-chain", 2):
            guard let chain = ChainName(line[1]) else { return false }
            report.otherChains.append(chain)
        case ("rule", 6):
            guard let chain = ChainName(line[1]), let handle = UInt64(line[2]), let packets = UInt64(line[3]), let bytes = UInt64(line[4])
            else { return false }
            report.rules.append(.init(chain: chain, handle: handle, text: line[5], packets: packets, bytes: bytes))
        case ("finding", 8):
            guard let port = UInt16(line[2]), let reachability = Reachability(word: line[5], detail: line[6]) else { return false }
            report.findings.append(
                .init(
                    service: line[1], port: port, interface: line[3], isIPv6: line[4] == "6", reachability: reachability, exceptions: [],
                    decidedBy: line[7]))
        case ("exception", 2):
            guard let last = report.findings.indices.last else { return false }
            report.findings[last].exceptions.append(line[1])
        default: return false
        }
        return true
    }
}

extension Reachability {
    /// A word for programs, and what is to be said beside it.
    public var words: (word: String, detail: String) {
        switch self {
        case .open: ("open", "")
        case .missing: ("missing", "")
        case .shadowed(let place): ("shadowed", place)
        case .unknown(let reason): ("unknown", reason)
        }
    }

    public init?(word: String, detail: String) {
        switch word {
        case "open": self = .open
        case "missing": self = .missing
        case "shadowed": self = .shadowed(by: detail)
        case "unknown": self = .unknown(because: detail)
        default: return nil
        }
    }
}
