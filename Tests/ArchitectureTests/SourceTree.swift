import Foundation
import Testing

/// The project's own text, read once.
struct SourceTree: Sendable {
    let files: [SourceFile]
    let manifest: Manifest

    static let project: SourceTree = {
        let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let sources = ["Sources", "Tests"].flatMap { folder in
            swiftFiles(below: folder, in: top).map { SourceFile(path: $0, text: text(of: top.appending(path: $0))) }
        }
        return SourceTree(files: sources, manifest: Manifest(text: text(of: top.appending(path: "Package.swift"))))
    }()

    /// The product's own files, without the tests.
    var product: [SourceFile] { files.filter { $0.path.hasPrefix("Sources/") } }

    private static func text(of file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

    /// Paths from the top, sorted.
    private static func swiftFiles(below folder: String, in top: URL) -> [String] {
        // A folder that is reached by a symbolic link is listed under the name that leads to it.
        let start = top.appending(path: folder).resolvingSymlinksInPath()
        let all = FileManager.default.enumerator(atPath: start.path(percentEncoded: false))
        let names = (all?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".swift") && !$0.contains(".build") }
        return names.map { "\(folder)/\($0)" }.sorted()
    }
}

struct SourceFile: Sendable, CustomTestStringConvertible {
    /// From the top of the project: `Sources/MailCore/Scanner.swift`.
    let path: String
    let lines: [String]
    /// The lines without comments and without what stands in quotation marks.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        code = lines.map(\.bareCode)
    }

    var testDescription: String { path }

    /// The target that it belongs to.
    var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }

    /// The modules that it imports, with the line's number.
    var imports: [(module: String, line: Int)] {
        let form =
            #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?(\w+)/#
        return code.enumerated().filter { $1.contains("import ") }.compactMap { number, line in
            line.firstMatch(of: form).map { (String($0.1), number + 1) }
        }
    }
}

extension String {
    /// A line of code without the comment at its end and without what stands in quotation marks.
    fileprivate var bareCode: String {
        var bare: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for octet in utf8 {
            if isQuoted {
                if octet == UInt8(ascii: "\"") && !isEscaped { isQuoted = false }
                isEscaped = octet == UInt8(ascii: "\\") && !isEscaped
                continue
            }
            if octet == UInt8(ascii: "/"), bare.last == octet {
                bare.removeLast()
                break
            }
            bare.append(octet)
            isQuoted = octet == UInt8(ascii: "\"")
        }
        return String(decoding: bare, as: UTF8.self)
    }
}

/// What `Package.swift` says about the targets.
struct Manifest: Sendable {
    struct Target: Sendable {
        let name: String
        /// Names of targets, or `.nio` and the like.
        let dependencies: [String]
    }

    /// In the order of the list, the product's own only.
    let targets: [Target]
    let tests: [Target]
    /// The module that a `.nio` stands for.
    let libraries: [String: String]

    init(text: String) {
        let all = text.matches(of: #/\b(target|program|tests)\(\s*"([\w-]+)"([^)]*)\)/#).map { match in
            let dependencies = match.3.matches(of: #/"(\w+)"|(\.\w+)/#).map { String($0.1 ?? $0.2 ?? "") }
            return (kind: match.1, target: Target(name: String(match.2), dependencies: dependencies))
        }
        targets = all.filter { $0.kind != "tests" }.map(\.target)
        tests = all.filter { $0.kind == "tests" }.map(\.target)
        libraries = Dictionary(
            text.matches(of: #/static let (\w+): Self = \.product\(name: "(\w+)"/#).map { (".\($0.1)", String($0.2)) },
            uniquingKeysWith: { first, _ in first })
    }

    func target(_ name: String) -> Target? { (targets + tests).first { $0.name == name } }
    var names: [String] { targets.map(\.name) }
}
