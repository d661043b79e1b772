internal import COpenSSL
internal import Synchronization

/// The keys of session tickets, by which a client comes back without a full handshake. RFC 5077, RFC 8446 §4.6.1
///
/// They are this process's alone, outlive a change of certificates, and are never written anywhere. A key protects new tickets for
/// `lifetime` and opens old ones as long again: who steals the memory of the process reads no more than a day of resumed sessions.
final class TicketKeys: Sendable {
    static let shared = TicketKeys()

    /// Twelve hours: a phone that looks for mail each hour nearly always resumes.
    static let lifetime = Duration.seconds(12 * 3600)

    struct Key {
        let name: [UInt8]
        let cipher: [UInt8]
        let mac: [UInt8]
        let began: ContinuousClock.Instant

        init(at now: ContinuousClock.Instant) {
            let random = [UInt8](unsafeUninitializedCapacity: 80) { octets, count in
                precondition(RAND_bytes(octets.baseAddress, 80) == 1, "the kernel gives random numbers")
                count = 80
            }
            name = Array(random[..<16])
            cipher = Array(random[16..<48])
            mac = Array(random[48...])
            began = now
        }
    }

    /// The newest first; never empty.
    private let keys = Mutex<[Key]>([Key(at: .now)])

    /// The key for a new ticket.
    func current(at now: ContinuousClock.Instant = .now) -> Key {
        keys.withLock { keys in
            if now - keys[0].began >= Self.lifetime { keys = [Key(at: now)] + keys.filter { now - $0.began < Self.lifetime * 2 } }
            return keys[0]
        }
    }

    /// The key of a ticket that was given out; `nil` when it is too old, or not ours. `isCurrent` says that it need not be replaced.
    func find(_ name: some Sequence<UInt8>, at now: ContinuousClock.Instant = .now) -> (key: Key, isCurrent: Bool)? {
        let newest = current(at: now)
        return keys.withLock { keys in
            keys.first { now - $0.began < Self.lifetime * 2 && $0.name.elementsEqual(name) }.map { ($0, $0.name == newest.name) }
        }
    }

    static func attach(to context: OpaquePointer) {
        // A ticket of one service opens a session of another one of ours, no more: all of them ask for the password all the same.
        SSL_CTX_set_session_id_context(context, Array("postern".utf8), 7)
        SSL_CTX_set_timeout(context, 4 * 3600)
        // One is enough for a client that comes back; each costs the handshake a message.
        SSL_CTX_set_num_tickets(context, 1)
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { _, name, iv, cipher, mac, isNew in
            guard let name, let iv, let cipher, let mac else { return -1 }
            return isNew == 1 ? TicketKeys.shared.protect(name, iv, cipher, mac) : TicketKeys.shared.open(name, iv, cipher, mac)
        }
    }

    /// The answers of SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 1 is done, 0 is an unknown ticket, 2 asks for a new one, −1 fails.
    private func protect(
        _ name: UnsafeMutablePointer<UInt8>, _ iv: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer, _ mac: OpaquePointer
    ) -> CInt {
        let key = current()
        guard RAND_bytes(iv, 16) == 1 else { return -1 }
        for (place, octet) in key.name.enumerated() { name[place] = octet }
        return prepare(key, iv, cipher, mac, encrypts: true) ? 1 : -1
    }

    private func open(
        _ name: UnsafeMutablePointer<UInt8>, _ iv: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer, _ mac: OpaquePointer
    ) -> CInt {
        guard let (key, isCurrent) = find(UnsafeBufferPointer(start: name, count: 16)) else { return 0 }
        return prepare(key, iv, cipher, mac, encrypts: false) ? (isCurrent ? 1 : 2) : -1
    }

    private func prepare(
        _ key: Key, _ iv: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer, _ mac: OpaquePointer, encrypts: Bool
    ) -> Bool {
        var macKey = key.mac
        return postern_ticket_prepare(cipher, mac, iv, key.cipher, &macKey, macKey.count, encrypts ? 1 : 0) == 1
    }
}
