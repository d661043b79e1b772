internal import AdminContract
internal import ArgumentParser

/// `postern drives`
struct DrivesCommand: OperationCommand {
    @OptionGroup var common: CommonOptions

    func operation() -> DrivesList { DrivesList() }

    func text(_ answer: DrivesList.Answer) -> String {
        TextTable(
            ["PATH", "DEVICE", "TYPE", "SIZE", "FREE", "INODES", "MAIL"],
            answer.drives.map { drive in
                let mail =
                    drive.inUse ? "in use" : drive.store.map { "holds \($0)" } ?? drive.unsuitable.map { "unsuitable: \($0)" } ?? "possible"
                return [
                    drive.path, drive.device, drive.type, size(drive.totalSpace, of: drive), size(drive.freeSpace, of: drive),
                    // Some file systems have room for files as long as they have room at all.
                    drive.freeFiles.map(String.init) ?? "-", mail,
                ]
            }
        ).text
    }

    /// A drive that says nothing of its size is not full.
    private func size(_ octets: Int, of drive: DriveFacts) -> String { drive.totalSpace > 0 ? Readable.bytes(octets) : "-" }
}

/// `postern storage`
struct StorageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage", abstract: "Shows and changes the drive that keeps the mail.",
        subcommands: [Status.self, Move.self, Undo.self, DiscardOld.self, RestoreCommand.self], defaultSubcommand: Status.self)

    struct Status: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> StorageStatus { StorageStatus() }

        func text(_ answer: StorageFacts) -> String {
            var facts: [(name: String, value: String)] = [
                ("Mail", answer.path), ("State", answer.state + (answer.trouble.map { ": " + $0 } ?? "")),
                ("Drive", Readable.space(free: answer.freeSpace, of: answer.totalSpace)),
            ]
            if let generation = answer.generation { facts.append(("Generation", String(generation))) }
            if let old = answer.old { facts.append((old.otherMail ? "Before" : "Old copy", "\(old.path), since \(old.moved)")) }
            if let moving = answer.moving { facts.append(("Moving", moving.line)) }
            return TextTable(facts: facts).text
        }
    }

    struct Move: OperationCommand {
        @Argument(help: "A folder on the new drive.", completion: .directory) var path: String
        @Option(help: "Bytes a second, such as 20MB; mail goes first anyhow.") var limit: String?
        @Flag(help: "Only look, and tell what it would be.") var dryRun = false
        @Flag(help: "Use the mail that lies there already, in place of what is used now.") var adopt = false
        @Flag(help: "The folder is on the same drive, and that is meant.") var sameDrive = false
        @Flag(help: "Follow it to its end.") var wait = false
        @OptionGroup var common: CommonOptions

        func operation() -> StorageMove {
            StorageMove(
                path: path, limit: limit, dryRun: dryRun ? true : nil, adopt: adopt ? true : nil, sameDrive: sameDrive ? true : nil)
        }

        func text(_ answer: StorageMoveFacts) -> String {
            var lines = [answer.existing].compactMap { $0 }
            lines += answer.problems.map { "Problem: \($0)" }
            // Without packs nothing could be looked at.
            let isMeasured = answer.problems.isEmpty || answer.packs > 0
            if !adopt, isMeasured, answer.task == nil || !wait {
                let estimate = answer.estimate.map { ", some \(Readable.seconds($0))" } ?? ""
                lines.append(
                    "\(Readable.bytes(answer.neededSpace)) in \(answer.packs) packs to copy, \(Readable.bytes(answer.freeSpace)) free\(estimate)."
                )
            }
            if let task = answer.task {
                lines.append("Task \(task.id) (\(task.name)) does it; \"postern tasks watch \(task.id)\" shows it.")
            }
            return lines.joined(separator: "\n")
        }

        func follow(_ answer: StorageMoveFacts) -> String? { wait ? answer.task?.id : nil }
        func exitCode(_ answer: StorageMoveFacts) -> ExitCode { answer.problems.isEmpty ? .success : .failure }
    }

    struct Undo: OperationCommand {
        @Option(help: "Bytes a second, such as 20MB; mail goes first anyhow.") var limit: String?
        @Flag(help: "Follow it to its end.") var wait = false
        @OptionGroup var common: CommonOptions

        func operation() -> StorageUndo { StorageUndo(limit: limit) }
        func text(_ answer: TaskFacts) -> String { answer.line }
        func follow(_ answer: TaskFacts) -> String? { wait ? answer.id : nil }
    }

    struct DiscardOld: OperationCommand {
        @Flag(help: "Also mail that an adoption or a restore has left there and that is nowhere else.") var otherMail = false
        @OptionGroup var common: CommonOptions

        func operation() -> StorageDiscardOld { StorageDiscardOld(otherMail: otherMail ? true : nil) }
        func text(_ answer: StorageDiscardOld.Answer) -> String { "The \(otherMail ? "mail" : "old copy") in \(answer.path) is removed." }
    }
}
