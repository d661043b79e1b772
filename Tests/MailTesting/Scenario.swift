import Foundation
import Logging

/// One file of `Tests/Scenarios`: a case of its own.
public struct Scenario: Sendable, CustomStringConvertible {
    /// Of the file.
    public let path: String
    /// Below the folder: `smtp/mail-size.smtp`.
    public let name: String
    let service: ServiceName

    public var description: String { name }

    /// All files below the folder whose name ends with a protocol's, sorted; `.journey` ones speak SMTP unless they say `connect`.
    public static func all(in folder: String) -> [Scenario] {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.sorted().compactMap { name in
            guard let dot = name.lastIndex(of: ".") else { return nil }
            let ending = String(name[dot...].dropFirst())
            guard let service = ServiceName(rawValue: ending == "journey" ? "smtp" : ending) else { return nil }
            return Scenario(path: "\(folder)/\(name)", name: name, service: service)
        }
    }

    /// Plays it. What does not hold comes back as the line's number and the sentence
    /// `mail-size.smtp:5 wanted 552 5.3.4, server said 250 2.1.0 Ok`; `nil` when everything holds.
    public func play() async -> (line: Int, text: String)? {
        await Turnstile.shared.enter()
        defer { Turnstile.shared.leave() }
        let file = String(name.split(separator: "/").last ?? "")
        do {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let transcript = try TranscriptParser.parse(text, name: file, service: service)
            let player = try await Player(transcript, service: service)
            do {
                try await player.play()
            } catch let failure as PlayFailure {
                let troubles = player.journal.entries.filter { $0.level >= .warning }.map(\.message)
                return (failure.line, ([failure.description] + troubles.map { "  journal: \($0)" }).joined(separator: "\n"))
            }
            return nil
        } catch let error as TranscriptError {
            return (error.line, error.description)
        } catch {
            return (1, "\(file):1 \(error)")
        }
    }
}
