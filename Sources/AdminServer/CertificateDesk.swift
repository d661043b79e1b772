public import Certificates
public import StateStore

/// Where the certificates in force are kept, as the handlers see it.
public struct CertificateDesk: Sendable {
    let stored: @Sendable () -> [StoredCertificate]
    let isGiven: @Sendable (String) -> Bool
    let held: @Sendable () -> [HeldCertificate]
    let refresh: @Sendable () async -> Void
    let hostName: String

    /// `stored`: all that there are. `isGiven`: whether systemd hands that one over, so that no operator changes it here. `held` tells how it stands with each certificate. `refresh` puts into force what the state store has now. `hostName` is for whom
    /// a certificate is made when nobody says.
    public init(
        stored: @escaping @Sendable () -> [StoredCertificate], isGiven: @escaping @Sendable (String) -> Bool,
        held: @escaping @Sendable () -> [HeldCertificate], refresh: @escaping @Sendable () async -> Void, hostName: String
    ) {
        self.stored = stored
        self.isGiven = isGiven
        self.held = held
        self.refresh = refresh
        self.hostName = hostName
    }
}
