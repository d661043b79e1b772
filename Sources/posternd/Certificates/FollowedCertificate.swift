internal import Certificates
internal import StateStore

/// One named certificate under the keeper's eye.
///
/// | it finds | it does |
/// |---|---|
/// | what it knows | nothing |
/// | other texts, all right | takes them |
/// | other texts that are not right | keeps what is in force, and says so once |
/// | the same of files that somebody is renewing | the same, but says it only when the next look finds the files as they were: they may be half-written |
struct FollowedCertificate {
    /// What the journal should hear of a look.
    enum Fact: Equatable {
        case changed
        case refused
        case expires
    }

    private(set) var stored: StoredCertificate
    private(set) var held: HeldCertificate
    private var marks: [LinkedFile.Mark?] = []
    private var isRefusalTold = true
    private var notice: ExpiryNotice?

    /// The first look: whatever can be read is taken, even if it has expired.
    init(_ stored: StoredCertificate, at now: Int64, facts: inout [Fact]) {
        self.stored = stored
        held = HeldCertificate(name: stored.name, inForce: nil)
        read(stored, isRenewal: false, at: now, facts: &facts)
        tellOfTheEnd(at: now, facts: &facts)
    }

    /// Looks again. `rereads` does so even if the files seem to be as they were.
    mutating func look(at stored: StoredCertificate, rereads: Bool, at now: Int64, facts: inout [Fact]) {
        if stored != self.stored {
            read(stored, isRenewal: false, at: now, facts: &facts)
        } else if stored.source == .linked {
            let isWritten = stored.marks != marks
            if rereads || isWritten || held.refusal?.isOnlyEarly == true {
                read(stored, isRenewal: held.inForce != nil, at: now, facts: &facts)
            }
            if !rereads, !isWritten, !isRefusalTold {
                isRefusalTold = true
                facts.append(.refused)
            }
        }
        tellOfTheEnd(at: now, facts: &facts)
    }

    private mutating func read(_ stored: StoredCertificate, isRenewal: Bool, at now: Int64, facts: inout [Fact]) {
        self.stored = stored
        marks = stored.marks
        do throws(CertificateRefusal) {
            let (checked, keysOpenToAll) = try stored.read()
            if isRenewal, let old = held.inForce, old.isValid(at: now) { try checked.requireValid(at: now) }
            if checked != held.inForce {
                facts.append(.changed)
                notice = nil
            }
            held = HeldCertificate(name: stored.name, inForce: checked, keysOpenToAll: keysOpenToAll)
            isRefusalTold = true
        } catch {
            if error != held.refusal { isRefusalTold = false }
            held = HeldCertificate(name: stored.name, inForce: held.inForce, refusal: error, keysOpenToAll: held.keysOpenToAll)
            guard !isRenewal, !isRefusalTold else { return }
            isRefusalTold = true
            facts.append(.refused)
        }
    }

    private mutating func tellOfTheEnd(at now: Int64, facts: inout [Fact]) {
        guard let end = held.inForce?.validUntil, let due = ExpiryNotice.due(forEnd: end, at: now, after: notice) else { return }
        notice = due
        facts.append(.expires)
    }
}

extension StoredCertificate {
    /// The files' marks, for a linked one.
    fileprivate var marks: [LinkedFile.Mark?] {
        source == .linked ? pairs.flatMap { [LinkedFile.mark(of: $0.chain), LinkedFile.mark(of: $0.key)] } : []
    }

    fileprivate func read() throws(CertificateRefusal) -> (CheckedCertificate, keysOpenToAll: [String]) {
        guard source == .linked else {
            let texts = pairs.map { KeyPair(chain: Array($0.chain.utf8), key: Array($0.key.utf8)) }
            return (try CheckedCertificate(name: name, pairs: texts), [])
        }
        let linked = try LinkedCertificate(name: name, paths: pairs.map { ($0.chain, $0.key) })
        return (linked.checked, linked.keysOpenToAll)
    }
}

extension CertificateRefusal {
    /// It will be right by itself, with time.
    fileprivate var isOnlyEarly: Bool {
        if case .notYetValid = problem { true } else { false }
    }
}
