/// One connection of a transcript: what was said but not sent, and what is wanted of the server's words.
final class Speaker {
    typealias Failing = (_ line: Int, _ text: String) -> PlayFailure

    let service: ServiceName
    private let connection: ClientConnection
    private var unsent: [UInt8] = []
    private var hasHeard = false

    /// A server that needs longer for an answer does not answer.
    private static let patience = Duration.seconds(20)

    init(_ service: ServiceName, _ connection: ClientConnection) {
        self.service = service
        self.connection = connection
    }

    func say(_ octets: [UInt8]) { unsent += octets }

    func flush() async {
        guard !unsent.isEmpty else { return }
        await connection.send(unsent)
        unsent = []
    }

    func close() async { await connection.close() }

    /// Throws a sentence when the server does not agree on TLS.
    func encrypt() async throws { try await connection.encrypt() }

    /// A client that speaks first in a transcript has heard the greeting before.
    func greet(or failing: (String) -> PlayFailure) async throws {
        guard !hasHeard else { return }
        hasHeard = true
        let lines = try await unit(or: { failing("wanted a greeting, \($0)") })
        guard lines.last.map(service.isGreeting) == true else { throw failing("wanted a greeting, server said \(Self.text(lines))") }
    }

    func hear(_ expectation: Expectation, _ captures: inout [String: [UInt8]], or failing: Failing) async throws {
        hasHeard = true
        let first = expectation.lines[0]
        for _ in 0..<expectation.times {
            while true {
                let wanted = "wanted \(first.pattern.description(with: captures)), "
                let lines = try await unit(or: { failing(first.number, wanted + $0) })
                var found = captures
                guard let missed = Self.missed(of: expectation, in: lines, &found) else {
                    captures = found
                    break
                }
                if expectation.skipsOthers { continue }
                throw failing(missed.number, "wanted \(missed.pattern.description(with: captures)), server said \(Self.text(lines))")
            }
        }
    }

    func hearEnd(or failing: (String) -> PlayFailure) async throws {
        switch await connection.line(within: Self.patience) {
        case .closed(let rest) where rest.isEmpty: break
        case .closed(let said), .line(let said): throw failing("wanted the connection closed, server said \(Self.text([said]))")
        case .nothing: throw failing("wanted the connection closed, it is open")
        }
    }

    func hearNothing(or failing: (String) -> PlayFailure) async throws {
        switch await connection.line(within: .milliseconds(200)) {
        case .nothing(let rest) where rest.isEmpty: break
        case .nothing(let said), .line(let said): throw failing("wanted silence, server said \(Self.text([said]))")
        case .closed: throw failing("wanted silence, server closed the connection")
        }
    }

    /// What belongs together: a reply of SMTP with all its lines, else one line.
    private func unit(or failing: (String) -> PlayFailure) async throws -> [[UInt8]] {
        var lines: [[UInt8]] = []
        repeat {
            switch await connection.line(within: Self.patience) {
            case .line(let line): lines.append(line)
            case .closed(let rest): throw failing("server closed the connection" + Self.after(lines + [rest]))
            case .nothing(let rest):
                throw failing("server said nothing more in \(Self.patience.components.seconds) s" + Self.after(lines + [rest]))
            }
        } while service.dialect == .smtp && lines.last.map(isContinued) == true
        return lines
    }

    private func isContinued(_ line: [UInt8]) -> Bool {
        line.count > 3 && line[3] == UInt8(ascii: "-") && line.prefix(3).allSatisfy { (48...57).contains($0) }
    }

    /// The first line of the expectation that the server's words do not have: lines with a hyphen may stand anywhere in a reply,
    /// one without is its last.
    private static func missed(
        of expectation: Expectation, in lines: [[UInt8]], _ captures: inout [String: [UInt8]]
    ) -> Expectation.Line? {
        for line in expectation.lines {
            let isFound =
                if line.pattern.isContinued {
                    lines.contains { said in
                        var said = said
                        if said.count > 3 { said[3] = UInt8(ascii: "-") }
                        return line.pattern.matches(said, &captures)
                    }
                } else {
                    lines.last.map { line.pattern.matches($0, &captures) } ?? false
                }
            if !isFound { return line }
        }
        return nil
    }

    private static func text(_ lines: [[UInt8]]) -> String {
        lines.map { line in
            line.prefix(400).map {
                (32..<127).contains($0) ? String(UnicodeScalar($0)) : "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16)
            }.joined()
        }.joined(separator: " / ")
    }

    private static func after(_ lines: [[UInt8]]) -> String {
        let said = lines.filter { !$0.isEmpty }
        return said.isEmpty ? "" : " after \(text(said))"
    }
}

extension ServiceName {
    fileprivate func isGreeting(_ line: [UInt8]) -> Bool {
        switch dialect {
        case .smtp: line.starts(with: "220 ".utf8)
        case .imap: line.starts(with: "* OK".utf8)
        case .pop3: line.starts(with: "+OK".utf8)
        }
    }
}
