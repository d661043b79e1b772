internal import AdminContract
internal import ArgumentParser

/// `postern storage restore`
struct RestoreCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: StorageRestore.spec.doc,
        discussion: """
            The backup is checked and then used where it lies; nothing is copied. The daemon begins anew on it. "postern storage move" \
            brings the mail to another drive from there.
            """)

    @Argument(help: "The backup's folder, as back-up-store was told it.", completion: .directory) var folder: String
    @Option(help: "Bytes a second, such as 20MB; mail goes first anyhow.") var limit: String?
    @Flag(help: "Follow it to its end.") var wait = false
    @OptionGroup var common: CommonOptions

    func operation() -> StorageRestore { StorageRestore(path: folder, limit: limit) }
    func text(_ answer: TaskFacts) -> String { answer.line }
    func follow(_ answer: TaskFacts) -> String? { wait ? answer.id : nil }
}
