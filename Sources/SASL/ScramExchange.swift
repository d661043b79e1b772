internal import MailCore

/// What of an account a SCRAM client must know before it can prove anything. RFC 5802 §5.1
public struct ScramParameters: Sendable, Hashable {
    public let salt: [UInt8]
    /// PBKDF2 rounds.
    public let iterations: Int

    public init(salt: [UInt8], iterations: Int) {
        self.salt = salt
        self.iterations = iterations
    }
}

/// What a SCRAM client claims; the accounts decide. RFC 5802 §3
public struct ScramClaim: Sendable, Hashable {
    public let authenticationIdentity: String
    /// Empty for the one that logs in.
    public let authorizationIdentity: String
    /// AuthMessage: what both ends have said, which the proof and the server's signature are about.
    public let message: [UInt8]
    /// ClientProof, 32 octets.
    public let proof: [UInt8]
}

/// The server's side of SCRAM, as far as it needs no cryptography. RFC 5802 §5
///
/// | state | left by |
/// |---|---|
/// | begun | the client's first message → *looking up* |
/// | looking up | `found` → *challenged* |
/// | challenged | the client's last message → *judging*; one that breaks a rule → *denied* |
/// | judging | `proven` → *signed* |
/// | signed | the client's empty answer: that is all. RFC 5802 §5, RFC 4422 §5.2 |
/// | denied | whatever the client says to the error: a failure |
struct ScramExchange: Sendable {
    private enum State: Sendable {
        case begun
        case lookingUp(ScramClientFirst)
        case challenged(ScramClientFirst, serverFirst: [UInt8], nonce: [UInt8])
        case judging
        case signed
        case denied(ScramError)
    }

    /// Whether this is the mechanism that binds.
    let isPlus: Bool
    /// What the channel has; `nil` where none can be bound.
    let bindings: ChannelBindings?
    /// Our part of the nonce.
    let nonce: [UInt8]
    private var state = State.begun

    init(isPlus: Bool, bindings: ChannelBindings?, nonce: [UInt8]) {
        self.isPlus = isPlus
        self.bindings = bindings
        self.nonce = nonce
    }

    /// Why it failed, when the client has been told and has only to answer.
    var denial: ScramError? {
        if case .denied(let error) = state { error } else { nil }
    }

    mutating func take(_ message: [UInt8]) throws(ExchangeFailure) -> Exchange.Step {
        switch state {
        case .begun:
            let first = try ScramClientFirst(parsing: message)
            if let error = objection(to: first.header.binding) { throw .refused(error) }
            state = .lookingUp(first)
            return .lookUp(first.name)
        case .challenged(let first, let serverFirst, let nonce):
            return try take(final: message, first, serverFirst, nonce)
        case .signed:
            guard message.isEmpty else { throw .malformed(SyntaxError(wanted: "an empty answer", offset: 0)) }
            return .finished
        case .lookingUp, .judging: preconditionFailure("an exchange is not fed while the accounts are asked")
        case .denied: preconditionFailure("whatever is said to a denial is not read")
        }
    }

    mutating func found(_ parameters: ScramParameters) -> Exchange.Step {
        guard case .lookingUp(let first) = state else { preconditionFailure("parameters are for an exchange that looks them up") }
        let whole = first.nonce + nonce
        let message =
            Array("r=".utf8) + whole + Array(",s=".utf8) + Base64.encode(parameters.salt) + Array(",i=\(parameters.iterations)".utf8)
        state = .challenged(first, serverFirst: message, nonce: whole)
        return .challenge(message)
    }

    mutating func proven(serverSignature: [UInt8]) -> Exchange.Step {
        guard case .judging = state else { preconditionFailure("a signature is for an exchange whose proof is judged") }
        state = .signed
        return .challenge(Array("v=".utf8) + Base64.encode(serverSignature))
    }

    private mutating func take(
        final message: [UInt8], _ first: ScramClientFirst, _ serverFirst: [UInt8], _ nonce: [UInt8]
    ) throws(ExchangeFailure) -> Exchange.Step {
        let final: ScramClientFinal
        do {
            final = try ScramClientFinal(parsing: message)
        } catch {
            throw .malformed(error)
        }
        if final.hasMandatoryExtension { return deny(.extensionsNotSupported) }
        guard final.binding == first.headerOctets + channelData(first.header.binding) else { return deny(.channelBindingsDoNotMatch) }
        // RFC 5802 §5.1: a nonce that is not ours is somebody else's conversation played back.
        guard final.nonce == nonce else { return deny(.otherError) }
        state = .judging
        let comma = [UInt8(ascii: ",")]
        return .judge(
            ScramClaim(
                authenticationIdentity: first.name, authorizationIdentity: first.header.authorizationIdentity,
                message: first.bare + comma + serverFirst + comma + final.withoutProof, proof: final.proof))
    }

    /// In place of a signature the client hears what is wrong; its answer ends it. RFC 5802 §7 server-error
    private mutating func deny(_ error: ScramError) -> Exchange.Step {
        state = .denied(error)
        return .challenge(Array("e=\(error.rawValue)".utf8))
    }

    /// What of channel binding is against the rules. RFC 5802 §6
    private func objection(to binding: GS2Header.Binding) -> ScramError? {
        switch binding {
        case .bound(let name):
            guard isPlus else { return .channelBindingNotSupported }
            return bindings?.data(named: name.utf8) == nil ? .unsupportedChannelBindingType : nil
        case .notOffered where bindings != nil: return .serverDoesSupportChannelBinding
        case .notOffered, .notSupported: return isPlus ? .otherError : nil
        }
    }

    private func channelData(_ binding: GS2Header.Binding) -> [UInt8] {
        guard case .bound(let name) = binding else { return [] }
        return bindings?.data(named: name.utf8) ?? []
    }
}
