public import MailCore

/// One `KEYWORD[=VALUE]` behind a path. RFC 5321 §4.1.2 Mail-parameters, Rcpt-parameters
public struct ESMTPParameter: Hashable, Sendable {
    /// As the peer wrote it; compare without case.
    public let keyword: ArraySlice<UInt8>
    /// `nil` when there is no equals sign; never empty.
    public let value: ArraySlice<UInt8>?

    public func isNamed(_ name: StaticString) -> Bool {
        name.withUTF8Buffer { keyword.equalsIgnoringCase($0) }
    }
}

extension Scanner {
    /// The next parameter with the spaces before it; `nil` at the end of the line.
    public mutating func parameter() throws(SyntaxError) -> ESMTPParameter? {
        if atEnd { return nil }
        try expect(UInt8(ascii: " "))
        skipSpaces()
        if atEnd { return nil }
        let keyword = take { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") }
        guard let first = keyword.first, first != UInt8(ascii: "-") else { throw parameterError(wanted: "a parameter") }
        guard take(UInt8(ascii: "=")) else { return ESMTPParameter(keyword: keyword, value: nil) }
        let value = take { ($0 > 32 && $0 < 127 && $0 != UInt8(ascii: "=")) || $0 >= 0x80 }
        guard !value.isEmpty else { throw parameterError(wanted: "the parameter's value") }
        return ESMTPParameter(keyword: keyword, value: value)
    }

    func parameterError(wanted: String) -> SyntaxError {
        var error = error(wanted: wanted)
        error.isOfParameter = true
        return error
    }
}

/// What a sender says about its message in `MAIL`. RFC 1870 §6.1, RFC 6152 §2, RFC 6531 §3.4, RFC 3461 §4
public struct SenderParameters: Hashable, Sendable {
    public enum Body: Hashable, Sendable {
        case sevenBit
        case eightBitMIME
        /// A word that is no body type of ours, `BINARYMIME` among them.
        case unknown
    }

    /// `SIZE=`; never negative.
    public var declaredSize: ByteCount?
    /// `BODY=`
    public var body: Body?
    /// `SMTPUTF8`: the peer means addresses and headers in UTF-8.
    public var utf8 = false
    /// `AUTH=`: who is said to have handed the message in first. It is only a claim, and is read for form's sake. RFC 4954 §5
    public var hasAuth = false
    /// `RET=`: what a report about it returns. RFC 3461 §4.3
    public var returns = ReturnedContent.unsaid
    /// `ENVID=` as it was written, an xtext; empty when it was not. RFC 3461 §4.4
    public var envelopeID = ""
    /// A parameter that we never offered stood there.
    public var hasUnknown = false

    public init() {}

    /// Takes everything up to the end of the line. Throws when a parameter stands twice or its value is not of its form.
    public init(parsing line: inout Scanner) throws(SyntaxError) {
        while let parameter = try line.parameter() {
            if parameter.isNamed("SIZE") {
                guard declaredSize == nil, let digits = parameter.value, digits.count <= 20, digits.allSatisfy(\.isASCIIDigit)
                else { throw line.parameterError(wanted: "SIZE=number once") }
                declaredSize = Self.size(digits)
            } else if parameter.isNamed("BODY") {
                guard body == nil, let word = parameter.value else { throw line.parameterError(wanted: "BODY=type once") }
                body =
                    word.equalsIgnoringCase("7BIT".utf8)
                    ? .sevenBit : word.equalsIgnoringCase("8BITMIME".utf8) ? .eightBitMIME : .unknown
            } else if parameter.isNamed("SMTPUTF8") {
                guard !utf8, parameter.value == nil else { throw line.parameterError(wanted: "SMTPUTF8 once and without a value") }
                utf8 = true
            } else if parameter.isNamed("AUTH") {
                guard !hasAuth, parameter.value != nil else { throw line.parameterError(wanted: "AUTH=name once") }
                hasAuth = true
            } else if parameter.isNamed("RET") {
                guard returns == .unsaid, let content = parameter.returnedContent else {
                    throw line.parameterError(wanted: "RET=FULL or RET=HDRS once")
                }
                returns = content
            } else if parameter.isNamed("ENVID") {
                guard envelopeID.isEmpty, let id = parameter.envelopeID else { throw line.parameterError(wanted: "ENVID=xtext once") }
                envelopeID = id
            } else {
                hasUnknown = true
            }
        }
    }

    /// RFC 1870 §6.1 allows 20 digits; what does not fit is larger than any limit.
    private static func size(_ digits: ArraySlice<UInt8>) -> ByteCount {
        var scanner = Scanner(Array(digits))
        return ByteCount((try? scanner.number()).map(Int.init) ?? .max)
    }
}
