internal import ArgumentParser
internal import FoundationEssentials
internal import Manual

/// `postern manual`: writes every man page. For the package's build; needs no daemon.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Writes the man pages into a folder.", shouldDisplay: false)

    @Option(help: "The folder; made when it is not there.", completion: .directory)
    var output: String

    func run() throws {
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        for (file, text) in try Self.pages() {
            try text.write(toFile: "\(output)/\(file)", atomically: true, encoding: .utf8)
        }
    }

    static func pages() throws -> [(file: String, text: String)] {
        [("postern.1", CommandPage.text(try CommandTree.read()))] + ManualPages.all
    }
}
