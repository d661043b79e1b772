import Glibc
import IMAPWire
import MailCore
import MailStore

/// A Maildir: folders `cur` and `new`, a file a message, flags at the end of its name. Mailboxes below are `.Name.Name` (Maildir++) or
/// plain folders within each other that have a `cur` themselves (Dovecot's LAYOUT=fs).
struct Maildir {
    /// A mailbox and the folder that holds it.
    struct Box: Hashable {
        var name: String
        var path: String

        /// In its order boxes come: INBOX first.
        var key: String { name == "INBOX" ? "" : name }
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
        for name in FileReading.names(in: root) ?? [] where name.hasPrefix(".") && isMaildir(root + "/" + name) {
            let plain = name.dropFirst().parts(at: ".").map { decoded(String($0)) }.joined(separator: "/")
            if !plain.isEmpty { boxes.append(Box(name: plain, path: root + "/" + name)) }
        }
        var open = [(path: root, name: "", depth: 0)]
        while let folder = open.popLast() {
            for name in FileReading.names(in: folder.path) ?? [] where !name.hasPrefix(".") && !["cur", "new", "tmp"].contains(name) {
                let path = folder.path + "/" + name
                guard folder.depth < deepest, FileReading.isFolder(path) else { continue }
                let plain = folder.name.isEmpty ? decoded(name) : folder.name + "/" + decoded(name)
                if isMaildir(path) { boxes.append(Box(name: plain, path: path)) }
                open.append((path, plain, folder.depth + 1))
            }
        }
        return boxes.sorted { $0.key < $1.key }
    }

    /// Nobody files deeper, and links may go round in circles.
    private static let deepest = 16

    private static func decoded(_ name: String) -> String { ModifiedUTF7.decode(name.utf8) ?? name }

    /// How many messages a box has.
    static func count(of box: Box) -> Int {
        ["cur", "new"].reduce(0) { $0 + (FileReading.names(in: "\(box.path)/\($1)")?.count { !$0.hasPrefix(".") } ?? 0) }
    }

    /// All messages of a box, the oldest first: names begin with the second of delivery.
    static func files(of box: Box) -> [File] {
        var files: [File] = []
        for folder in ["cur", "new"] {
            for name in FileReading.names(in: "\(box.path)/\(folder)") ?? [] where !name.hasPrefix(".") {
                let (place, info) = name.halves(at: ":").map { ($0.before, ":\($0.behind)") } ?? (name[...], "")
                files.append(File(path: "\(box.path)/\(folder)/\(name)", place: String(place), info: info))
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

    /// `0 $Junk`, a line a keyword. Those that IMAP cannot name stay empty and are told apart.
    static func keywords(of box: Box) -> (names: [String], unusable: [String]) {
        guard let bytes = FileReading.bytes(box.path + "/dovecot-keywords", count: 65536) else { return ([], []) }
        var names = [String](repeating: "", count: 26)
        var unusable: [String] = []
        for line in String(decoding: bytes, as: UTF8.self).parts(at: "\n") {
            let words = line.parts(at: " ", maxSplits: 1)
            guard words.count == 2, let number = Int(words[0]), names.indices.contains(number) else { continue }
            let name = String(words[1])
            if isUsable(keyword: name) { names[number] = name } else { unusable.append(name) }
        }
        return (names, unusable)
    }

    /// Whether IMAP can name it. RFC 9051 §9 `flag-keyword`
    static func isUsable(keyword: String) -> Bool {
        (1...64).contains(keyword.utf8.count) && keyword.utf8.allSatisfy { $0.isIMAPAtomText }
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
