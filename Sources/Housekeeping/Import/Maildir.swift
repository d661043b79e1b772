import Glibc
import IMAPWire
import MailStore

/// A Maildir: folders `cur` and `new`, a file a message, flags at the end of its name. Folders below are `.Name.Name` (Maildir++) or
/// plain folders that have a `cur` themselves.
struct Maildir {
    /// A mailbox and the folder that holds it.
    struct Box: Hashable {
        var name: String
        var path: String
    }

    /// A message's file. `place` stays the same when its flags change; in its order messages came.
    struct File: Hashable {
        var path: String
        var place: String
        var info: String
    }

    static func isMaildir(_ path: String) -> Bool { FileReading.isFolder(path + "/cur") }

    /// INBOX and what is below it, by name.
    static func boxes(in root: String) -> [Box] {
        var boxes = isMaildir(root) ? [Box(name: "INBOX", path: root)] : []
        for name in FileReading.names(in: root) ?? [] where !["cur", "new", "tmp"].contains(name) && isMaildir(root + "/" + name) {
            let parts = name.hasPrefix(".") ? name.dropFirst().split(separator: ".").map(String.init) : [name]
            let plain = parts.map { ModifiedUTF7.decode($0.utf8) ?? $0 }.joined(separator: "/")
            if !plain.isEmpty { boxes.append(Box(name: plain, path: root + "/" + name)) }
        }
        return boxes.sorted { ($0.name == "INBOX" ? "" : $0.name) < ($1.name == "INBOX" ? "" : $1.name) }
    }

    /// All messages of a box, the oldest first: names begin with the second of delivery.
    static func files(of box: Box) -> [File] {
        var files: [File] = []
        for folder in ["cur", "new"] {
            for name in FileReading.names(in: "\(box.path)/\(folder)") ?? [] where !name.hasPrefix(".") {
                let colon = name.firstIndex(of: ":") ?? name.endIndex
                files.append(
                    File(path: "\(box.path)/\(folder)/\(name)", place: String(name[..<colon]), info: String(name[colon...])))
            }
        }
        return files.sorted { $0.place < $1.place }
    }

    /// `:2,FS`: system flags by their letters, keywords by small ones that `dovecot-keywords` gives names to.
    static func flags(_ info: String, keywords: [String]) -> (flags: Flags, keywords: [String]) {
        guard info.hasPrefix(":2,") else { return ([], []) }
        var flags: Flags = []
        var names: [String] = []
        for letter in info.utf8.dropFirst(3) {
            switch letter {
            case UInt8(ascii: "S"): flags.insert(.seen)
            case UInt8(ascii: "R"): flags.insert(.answered)
            case UInt8(ascii: "F"): flags.insert(.flagged)
            case UInt8(ascii: "T"): flags.insert(.deleted)
            case UInt8(ascii: "D"): flags.insert(.draft)
            case UInt8(ascii: "P"): names.append("$Forwarded")
            case 97...122:
                let number = Int(letter) - 97
                if number < keywords.count, !keywords[number].isEmpty { names.append(keywords[number]) }
            default: break
            }
        }
        return (flags, names)
    }

    /// `0 $Junk`, a line a keyword.
    static func keywords(of box: Box) -> [String] {
        guard let bytes = FileReading.bytes(box.path + "/dovecot-keywords", count: 65536) else { return [] }
        var names = [String](repeating: "", count: 26)
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            if words.count == 2, let number = Int(words[0]), names.indices.contains(number) { names[number] = String(words[1]) }
        }
        return names
    }

    /// The message; `nil` when its file is gone, or cannot be read, or is larger than any mail.
    static func message(_ file: File, keywords: [String]) -> ImportedMessage? {
        guard let (size, changed) = FileReading.facts(file.path), size <= FileReading.largestMessage,
            let bytes = FileReading.bytes(file.path, count: size)
        else { return nil }
        let (flags, names) = flags(file.info, keywords: keywords)
        return ImportedMessage(
            octets: FileReading.withNetworkLineEnds(bytes[...]), flags: flags, keywords: names, internalDate: changed, place: file.place)
    }
}
