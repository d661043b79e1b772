internal import Glibc
internal import MailCore
internal import MessageFormat

/// `-t`: whom a message's header names. Of a message that is sent again only the fields that say so count. RFC 5322 §3.6.6
enum HeaderRecipients {
    static func all(in header: [UInt8]) throws(Complaint) -> [DropName] {
        let resent = try names(in: header, ["Resent-To", "Resent-Cc", "Resent-Bcc"])
        return resent.isEmpty ? try names(in: header, ["To", "Cc", "Bcc"]) : resent
    }

    private static func names(in header: [UInt8], _ fields: [String]) throws(Complaint) -> [DropName] {
        let values = header.withUnsafeBytes { raw -> [[UInt8]] in
            let block = HeaderFields(raw)
            return block.map { block.field(at: $0) }.filter { field in
                fields.contains { $0.lowercased() == field.name.lowercased() }
            }.map(\.value)
        }
        var names: [DropName] = []
        for value in values { names += try Delivering.recipients(in: value) }
        return names
    }
}
