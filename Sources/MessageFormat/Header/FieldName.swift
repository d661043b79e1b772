import MailCore

/// The fields that this module reads by itself.
enum FieldName {
    case date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageID
    case contentType, transferEncoding, disposition, contentID, contentDescription, contentMD5, contentLanguage, contentLocation
    case received

    /// The length leaves at most two candidates.
    @inline(__always)
    init?(_ name: UnsafeRawBufferPointer) {
        switch name.count {
        case 2 where name.isText("to"): self = .to
        case 2 where name.isText("cc"): self = .cc
        case 3 where name.isText("bcc"): self = .bcc
        case 4 where name.isText("date"): self = .date
        case 4 where name.isText("from"): self = .from
        case 6 where name.isText("sender"): self = .sender
        case 7 where name.isText("subject"): self = .subject
        case 8 where name.isText("received"): self = .received
        case 8 where name.isText("reply-to"): self = .replyTo
        case 10 where name.isText("message-id"): self = .messageID
        case 10 where name.isText("content-id"): self = .contentID
        case 11 where name.isText("in-reply-to"): self = .inReplyTo
        case 11 where name.isText("content-md5"): self = .contentMD5
        case 12 where name.isText("content-type"): self = .contentType
        case 16 where name.isText("content-language"): self = .contentLanguage
        case 16 where name.isText("content-location"): self = .contentLocation
        case 19 where name.isText("content-disposition"): self = .disposition
        case 19 where name.isText("content-description"): self = .contentDescription
        case 25 where name.isText("content-transfer-encoding"): self = .transferEncoding
        default: return nil
        }
    }
}
