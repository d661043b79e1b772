internal import AdminContract
internal import ArgumentParser

/// `postern factory-reset`
struct FactoryResetCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: FactoryReset.spec.verb, abstract: FactoryReset.spec.doc,
        discussion: FactoryReset.sentences(eraseMail: false).joined(separator: "\n"))

    @Flag(help: "Do it. Without it nothing is done but to say what would be.")
    var yes = false
    @Flag(help: "Remove all mail, too.")
    var eraseMail = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !yes else { return }
        let sentences = FactoryReset.sentences(eraseMail: eraseMail).joined(separator: "\n")
        throw ValidationError("Nothing is done. With --yes:\n\(sentences)")
    }

    func operation() -> FactoryReset { FactoryReset(confirm: FactoryReset.spec.name, eraseMail: eraseMail ? true : nil) }
    func text(_ answer: FactoryReset.Answer) -> String { answer.sentences.joined(separator: "\n") }
}
