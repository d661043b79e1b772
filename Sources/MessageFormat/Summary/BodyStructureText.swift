/// Writes a part's tree as IMAP BODYSTRUCTURE, or without extension data as BODY. RFC 3501 §7.4.2
///
/// Recursion goes as deep as the tree, which `StructureLimits.depth` bounds.
struct BodyStructureText {
    private var text = IMAPText()
    private let isExtensible: Bool

    static func render(_ part: MessagePart, isExtensible: Bool) -> [UInt8] {
        var writer = BodyStructureText(isExtensible: isExtensible)
        writer.add(part)
        return writer.text.bytes
    }

    private init(isExtensible: Bool) {
        self.isExtensible = isExtensible
        text.reserve(256)
    }

    private mutating func add(_ part: MessagePart) {
        text.mark("(")
        if part.isMultipart { addMultipart(part) } else { addSingle(part) }
        text.mark(")")
    }

    /// `1*body subtype [parameters disposition language location]`
    private mutating func addMultipart(_ part: MessagePart) {
        for child in part.children { add(child) }
        text.mark(" ")
        text.add(string: part.contentType.subtype)
        guard isExtensible else { return }
        text.mark(" ")
        add(part.contentType.parameters)
        addPlacement(part)
    }

    /// `type subtype parameters id description encoding octets [lines | envelope body lines] [md5 disposition language location]`
    private mutating func addSingle(_ part: MessagePart) {
        text.add(string: part.contentType.type)
        text.mark(" ")
        text.add(string: part.contentType.subtype)
        text.mark(" ")
        add(part.contentType.parameters)
        text.mark(" ")
        text.add(optional: part.id)
        text.mark(" ")
        text.add(optional: part.contentDescription)
        text.mark(" ")
        text.add(string: part.transferEncoding)
        text.mark(" ")
        text.add(part.bodyRange.count)
        if let message = part.message {
            text.mark(" ")
            text.add(rendered: message.envelope)
            text.mark(" ")
            add(message)
        }
        if part.message != nil || part.contentType.type == "text" {
            text.mark(" ")
            text.add(part.lines)
        }
        guard isExtensible else { return }
        text.mark(" ")
        text.add(optional: part.md5)
        addPlacement(part)
    }

    /// Disposition, language and location, which both kinds end with.
    private mutating func addPlacement(_ part: MessagePart) {
        text.mark(" ")
        if let disposition = part.disposition {
            text.mark("(")
            text.add(string: disposition.kind)
            text.mark(" ")
            add(disposition.parameters)
            text.mark(")")
        } else {
            text.add("NIL")
        }
        text.mark(" ")
        add(part.languages)
        text.mark(" ")
        text.add(optional: part.location)
    }

    private mutating func add(_ parameters: [Parameter]) {
        guard !parameters.isEmpty else { return text.add("NIL") }
        text.mark("(")
        for (i, parameter) in parameters.enumerated() {
            if i > 0 { text.mark(" ") }
            text.add(string: parameter.name)
            text.mark(" ")
            text.add(string: parameter.value)
        }
        text.mark(")")
    }

    private mutating func add(_ languages: [String]) {
        guard let first = languages.first else { return text.add("NIL") }
        guard languages.count > 1 else { return text.add(string: first) }
        text.mark("(")
        for (i, tag) in languages.enumerated() {
            if i > 0 { text.mark(" ") }
            text.add(string: tag)
        }
        text.mark(")")
    }
}
