internal import AdminContract
internal import Certificates
internal import Foundation
internal import MailCore
internal import MailSettings
internal import NIOPosix
internal import StateStore

/// `certificate …`
struct CertificateHandlers: Sendable {
    let services: AdminServices
    private var state: StateStore { services.state }
    private var desk: CertificateDesk { services.certificates }

    init(services: AdminServices) { self.services = services }

    func register(in table: inout HandlerTable) {
        table.add(CertificateImport.self) { asked in
            let checked = try CheckedCertificate(
                name: asked.name, pairs: asked.pairs.map { KeyPair(chain: Array($0.chain.utf8), key: Array($0.key.utf8)) })
            try checked.requireValid(at: Self.now)
            return try await put(asked.name, .imported, checked.certificate.pairs.map { .init(chain: $0.chain, key: $0.key) })
        }
        table.add(CertificateLink.self) { asked in
            let pairs = asked.pairs.map { StoredCertificate.Pair(chain: $0.chain, key: $0.key) }
            try await Self.offTheLoop {
                let linked = try LinkedCertificate(name: asked.name, paths: pairs.map { ($0.chain, $0.key) })
                try linked.checked.requireValid(at: Self.now)
            }
            return try await put(asked.name, .linked, pairs)
        }
        table.add(CertificateSelfSigned.self) { [desk] asked in
            let made = try await Self.offTheLoop {
                try SelfSigned.make(
                    name: asked.name, hostName: asked.host ?? desk.hostName, days: asked.days ?? SelfSigned.usualDays, at: Self.now)
            }
            return try await put(asked.name, .selfSigned, made.pairs.map { .init(chain: $0.chain, key: $0.key) })
        }
        table.add(CertificateList.self) { _ in CertificateList.Answer(certificates: facts(of: desk.stored())) }
        table.add(CertificateShow.self) { try existing($0.name) }
        table.add(CertificateRemove.self) { asked in
            let last = try existing(asked.name)
            if let setting = CertificateUse.setting(naming: asked.name, in: services.settings.current.declared) {
                throw AdminRefusal(
                    .conflict,
                    "The setting \(setting) names the certificate \(asked.name); name another with \"postern settings set \(setting) NAME\" first."
                )
            }
            try requireOwn(asked.name)
            try await state.removeCertificate(asked.name)
            await desk.refresh()
            return last
        }
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    /// For what waits for the disk or computes long.
    private static func offTheLoop<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    private func put(
        _ name: String, _ source: StoredCertificate.Source, _ pairs: [StoredCertificate.Pair]
    ) async throws -> CertificatePut {
        try requireOwn(name)
        let replaced = try await state.putCertificate(name, source, pairs)
        await desk.refresh()
        return CertificatePut(certificate: try existing(name), replaced: replaced)
    }

    /// What the unit of systemd names is changed there.
    private func requireOwn(_ name: String) throws(AdminRefusal) {
        guard desk.isGiven(name) else { return }
        throw AdminRefusal(
            .conflict, "systemd hands the certificate \(name) over (LoadCredential=); change that in a drop-in of postern.service.")
    }

    private func existing(_ name: String) throws -> CertificateFacts {
        guard let stored = desk.stored().first(where: { $0.name == name }), let facts = facts(of: [stored]).first else {
            throw StateError.noSuchCertificate(name)
        }
        return facts
    }

    private func facts(of stored: [StoredCertificate]) -> [CertificateFacts] {
        let held = Dictionary(desk.held().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return stored.map { CertificateFacts($0, held[$0.name], at: Self.now) }
    }
}

/// Who needs a certificate.
enum CertificateUse {
    /// The first setting that names it: those whose name ends in `.certificate` do.
    static func setting(naming name: String, in declared: [DeclaredSetting]) -> String? {
        declared.first { $0.key.hasSuffix(".certificate") && $0.text == name }?.key
    }
}

extension CertificateFacts {
    fileprivate init(_ stored: StoredCertificate, _ held: HeldCertificate?, at now: Int64) {
        let checked = held?.inForce
        let addresses = (checked?.facts ?? []).flatMap { $0.addresses.map(\.description) }
        self.init(
            name: stored.name, source: stored.source.rawValue, changed: Naming.time(stored.changed),
            hosts: (checked?.certificate.hostNames ?? []) + addresses.reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
            pairs: checked?.facts.map(Pair.init) ?? [],
            validUntil: checked.map { Naming.time($0.validUntil) },
            daysLeft: checked.map { Int((Double($0.validUntil - now) / 86_400).rounded(.down)) },
            files: stored.source == .linked ? stored.pairs.map { CertificatePair(chain: $0.chain, key: $0.key) } : nil,
            warnings: (held?.warnings(at: now) ?? []) + (checked?.warnings ?? []))
    }
}

extension CertificateFacts.Pair {
    fileprivate init(_ facts: PairFacts) {
        self.init(
            key: facts.kind.description, subject: facts.subject, issuer: facts.issuer, validFrom: Naming.time(facts.validFrom),
            validUntil: Naming.time(facts.validUntil), fingerprint: facts.fingerprint, isSelfSigned: facts.isSelfSigned,
            chainLength: facts.chainLength)
    }
}
