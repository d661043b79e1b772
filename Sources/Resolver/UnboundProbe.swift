internal import Glibc

extension Unbound {
    /// Why answers cannot be validated with this configuration, as a sentence without its end; `nil` when they can. One signed zone that a
    /// trust anchor is for is enough.
    ///
    /// It asks with a cache of its own, which is empty: for the zone's keys, whose signature the anchor proves, and for something that
    /// most zones do not have, because name servers that hand signatures on may still hold back the proof that there is nothing.
    public static func trouble(with configuration: Configuration) async -> String? {
        // What a few questions need: what a resolver takes for thousands of them would not all come back when it goes.
        var configuration = configuration
        configuration.mostQuestions = 16
        let dns: Unbound
        do throws(SetupError) {
            dns = try Unbound(configuration)
        } catch {
            return error.description
        }
        defer { dns.close() }
        var trouble = "there is no trust anchor"
        for zone in configuration.anchoredZones.prefix(mostZones) {
            guard let found = await dns.trouble(in: zone) else { return nil }
            trouble = found
        }
        return trouble
    }

    /// Zones that are tried.
    private static let mostZones = 5

    private func trouble(in zone: String) async -> String? {
        let zoneName = zone == "." ? "the root" : zone
        for (type, what) in [(RecordType.dnskey, "the keys of \(zoneName)"), (.txt, "what \(zoneName) does not have")] {
            let answer = await answer(zone, type)
            if let failure = answer.failure { return "\(what) could not be proved: \(failure)" }
            guard answer.security == .secure else { return "\(what) came without signatures" }
        }
        return nil
    }
}

extension Unbound.Configuration {
    /// The zones that the trust anchors are for, as they stand in a zone file: `.`, `example.org.`
    var anchoredZones: [String] {
        guard !anchors.isEmpty || anchorFile != nil else { return ["."] }
        var zones: [String] = []
        for line in anchors + (anchorFile.map(Self.lines) ?? []) {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let zone = words.first.map({ $0.lowercased() }), words.contains("DS") || words.contains("DNSKEY") else { continue }
            if !zone.hasPrefix(";"), !zones.contains(zone) { zones.append(zone) }
        }
        return zones
    }

    private static func lines(of file: String) -> [String] {
        guard let stream = fopen(file, "re") else { return [] }
        defer { fclose(stream) }
        var lines: [String] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, stream) > 0 { if let line { lines.append(String(cString: line)) } }
        return lines
    }
}
