import MailCore
import Synchronization

/// Remembers for a short while that a password was right, so that a client which logs in every minute costs microseconds.
///
/// No password is kept, only its HMAC under a random key of this process. The account's verifier goes into it, whose salt is new
/// with each password: what was proven against an old one proves nothing against the next.
final class ProvenPasswords: Sendable {
    private struct Proof {
        let mac: [UInt8]
        let until: ContinuousClock.Instant
    }

    private let key = Crypto.random(Crypto.digestLength)
    private let proofs = Mutex<[AccountID: Proof]>([:])
    private let lifetime: Duration
    private let capacity: Int

    init(lifetime: Duration = .seconds(300), capacity: Int = 20_000) {
        self.lifetime = lifetime
        self.capacity = capacity
    }

    /// Whether this password was proven for this verifier within the lifetime.
    func contain(_ account: AccountID, _ verifier: PasswordVerifier, _ password: [UInt8], at now: ContinuousClock.Instant = .now) -> Bool {
        guard let proof = proofs.withLock({ $0[account] }), proof.until > now else { return false }
        return Crypto.areEqual(mac(verifier, password), proof.mac)
    }

    /// One proof an account; using it does not prolong it.
    func insert(_ account: AccountID, _ verifier: PasswordVerifier, _ password: [UInt8], at now: ContinuousClock.Instant = .now) {
        let proof = Proof(mac: mac(verifier, password), until: now + lifetime)
        proofs.withLock { proofs in
            if proofs.count >= capacity {
                proofs = proofs.filter { $0.value.until > now }
                // Forgetting is always right here, and doing it at once keeps an insertion cheap on average.
                if proofs.count >= capacity { proofs = [:] }
            }
            proofs[account] = proof
        }
    }

    private func mac(_ verifier: PasswordVerifier, _ password: [UInt8]) -> [UInt8] {
        Crypto.hmac(verifier.storedKey + password, key: key)
    }
}
