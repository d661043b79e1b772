public import MailCore

/// Why an exchange came to nothing by itself, before a password or a proof was judged.
public enum ExchangeFailure: Error, Hashable, Sendable {
    /// The client said `*`. RFC 3501 §6.2.2, RFC 4954 §4
    case cancelled
    /// Not base 64, or not the mechanism's message.
    case malformed(SyntaxError)
    /// SCRAM's rules forbid to go on.
    case refused(ScramError)
}

/// What a server may say in SCRAM's last message in place of its signature. RFC 5802 §7
///
/// Never said: `unknown-user`, which would tell who is here, and `invalid-proof`, which RFC 5802 §5.1 lets us leave out: the face's
/// own refusal says it better (clients with GNU SASL report an `e=` as a message that they cannot read, instead of a wrong password).
/// What is no SCRAM message at all is `ExchangeFailure.malformed`.
public enum ScramError: String, Error, Hashable, Sendable {
    /// A mandatory extension; we know none.
    case extensionsNotSupported = "extensions-not-supported"
    /// What both ends see of the channel differs: somebody sits between them.
    case channelBindingsDoNotMatch = "channel-bindings-dont-match"
    /// The client believes that we cannot bind channels, and we offered it: somebody took the offer out. RFC 5802 §6
    case serverDoesSupportChannelBinding = "server-does-support-channel-binding"
    /// The client wants to bind by a mechanism that does not.
    case channelBindingNotSupported = "channel-binding-not-supported"
    case unsupportedChannelBindingType = "unsupported-channel-binding-type"
    case otherError = "other-error"
}
