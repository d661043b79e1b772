public import Certificates

/// Where the certificates in force are kept, as the handlers see it.
public struct CertificateDesk: Sendable {
    let held: @Sendable () -> [HeldCertificate]
    let refresh: @Sendable () async -> Void
    let hostName: String

    /// `held` tells how it stands with each certificate. `refresh` puts into force what the state store has now. `hostName` is for whom
    /// a certificate is made when nobody says.
    public init(held: @escaping @Sendable () -> [HeldCertificate], refresh: @escaping @Sendable () async -> Void, hostName: String) {
        self.held = held
        self.refresh = refresh
        self.hostName = hostName
    }
}
