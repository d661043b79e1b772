/// A question to the domain name system, and its answer as a value: nothing is thrown, because every outcome has its own meaning.
///
/// There are three of them: ``Unbound``, ``ProbedDNS`` in front of two of those, and a table in tests.
public protocol DNS: Sendable {
    /// `name`: as people write it, without a final dot; labels beyond ASCII are looked up by their A-labels (RFC 5891). When the task is
    /// cancelled, the answer is `.timeout`.
    func records(_ name: String, _ type: RecordType) async -> DNSAnswer<[UInt8]>
}

/// The kinds of records that mail needs. RFC 1035 §3.2.2, RFC 3596, RFC 4034, RFC 6698
public enum RecordType: UInt16, Hashable, Sendable, CaseIterable {
    case a = 1
    case cname = 5
    case ptr = 12
    case mx = 15
    case txt = 16
    case aaaa = 28
    case dnskey = 48
    case tlsa = 52
}

/// Whether DNSSEC proves an answer. What is proven false is no answer but a failure.
public enum DNSSecurity: Hashable, Sendable {
    case secure
    case insecure
}

/// Why there is no answer; each of them may be different a moment later.
public enum DNSFailure: Hashable, Sendable, CustomStringConvertible {
    /// A server said SERVFAIL, REFUSED or the like, or none could be reached.
    case serverFailure
    /// Nobody answered in time.
    case timeout
    /// The answer's signatures are false or missing where they must be. RFC 4035 §4.3
    case bogus(String)
    /// The name cannot be asked for: a label is empty or too long.
    case unusableName
    /// The resolver does not run.
    case stopped

    public var description: String {
        switch self {
        case .serverFailure: "the name server failed"
        case .timeout: "no name server answered in time"
        case .bogus(let why): "the answer is forged or wrongly signed" + (why.isEmpty ? "" : " (\(why))")
        case .unusableName: "the name cannot be looked up"
        case .stopped: "the resolver is stopped"
        }
    }
}

/// What was answered.
public enum DNSOutcome<Record: Hashable & Sendable>: Hashable, Sendable {
    /// Never empty.
    case records([Record])
    /// The name exists, without records of this type.
    case noData
    /// NXDOMAIN: there is no such name, nor anything below it. RFC 8020
    case noSuchName
    case failed(DNSFailure)
}

public struct DNSAnswer<Record: Hashable & Sendable>: Hashable, Sendable {
    public var outcome: DNSOutcome<Record>
    public var security: DNSSecurity
    /// How long it may be kept.
    public var timeToLive: Duration
    /// The name to which aliases have led (CNAME), in lower case, without a final dot; `nil` when what was asked for is no alias.
    public var canonicalName: String?

    public init(
        _ outcome: DNSOutcome<Record>, _ security: DNSSecurity = .insecure, timeToLive: Duration = .zero, canonicalName: String? = nil
    ) {
        self.outcome = outcome
        self.security = security
        self.timeToLive = timeToLive
        self.canonicalName = canonicalName
    }

    /// The records; empty when there are none, for whatever reason.
    public var records: [Record] {
        if case .records(let records) = outcome { records } else { [] }
    }

    public var failure: DNSFailure? {
        if case .failed(let failure) = outcome { failure } else { nil }
    }

    /// The same with each record read; those that are not of their form are left out, and when none is left there is no data.
    func read<Other>(_ read: ([UInt8]) -> Other?) -> DNSAnswer<Other> where Record == [UInt8] {
        let outcome: DNSOutcome<Other> =
            switch self.outcome {
            case .records(let records):
                {
                    let read = records.compactMap(read)
                    return read.isEmpty ? .noData : .records(read)
                }()
            case .noData: .noData
            case .noSuchName: .noSuchName
            case .failed(let failure): .failed(failure)
            }
        return DNSAnswer<Other>(outcome, security, timeToLive: timeToLive, canonicalName: canonicalName)
    }
}
