internal import MailCore

/// The beginning of a SCRAM client's first message: what it says of channel binding, and whom it wants to act as. RFC 5802 §7
struct GS2Header: Sendable, Hashable {
    enum Binding: Sendable, Hashable {
        /// `n`: the client cannot bind.
        case notSupported
        /// `y`: it could, and believes that we cannot.
        case notOffered
        /// `p=name`: it binds by this type.
        case bound(to: String)
    }

    let binding: Binding
    /// Empty for the one that logs in.
    let authorizationIdentity: String

    /// Up to and with its second comma.
    init(parsing scanner: inout Scanner) throws(SyntaxError) {
        if scanner.take("n") {
            binding = .notSupported
        } else if scanner.take("y") {
            binding = .notOffered
        } else {
            // Also refused here: `F,`, which stands for a GSS-API token that is no SASL.
            try scanner.expect("p=")
            let start = scanner.position
            let name = scanner.take { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
            guard (1...64).contains(name.count) else { throw SyntaxError(wanted: "a channel binding's name", offset: start) }
            binding = .bound(to: String(decoding: name, as: UTF8.self))
        }
        try scanner.expect(",")
        authorizationIdentity = try scanner.take("a=") ? scanner.scramName() : ""
        try scanner.expect(",")
    }
}

extension Scanner {
    /// A name in which `,` is written `=2C` and `=` is `=3D`. RFC 5802 §7 saslname
    mutating func scramName() throws(SyntaxError) -> String {
        let start = position
        var name: [UInt8] = []
        while let octet = peek, octet != UInt8(ascii: ",") {
            if octet != UInt8(ascii: "=") {
                name.append(octet)
                skip(1)
            } else if take("=2C") {
                name.append(UInt8(ascii: ","))
            } else if take("=3D") {
                name.append(UInt8(ascii: "="))
            } else {
                throw error(wanted: "=2C or =3D")
            }
        }
        return try Identity.name(name, mayBeEmpty: false, at: start)
    }
}
