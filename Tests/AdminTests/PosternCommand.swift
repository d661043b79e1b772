import Foundation
import MailTesting

/// The program `postern`, run against a house.
struct PosternCommand: Sendable {
    struct Outcome: Equatable, Sendable {
        var code: Int32
        var output: String
        var errors: String
    }

    let socket: String

    /// It lies beside the tests.
    static var program: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "postern")
    }

    /// Runs one command, split at blanks, with the socket in its environment. It has no terminal.
    func run(_ words: String, input: String = "") async throws -> Outcome {
        try await run(words.split(separator: " ").map(String.init), input: input)
    }

    func run(_ arguments: [String], input: String = "") async throws -> Outcome {
        try await withCheckedThrowingContinuation { done in
            Thread { done.resume(with: Result { try runAndWait(arguments, input: input) }) }.start()
        }
    }

    private func runAndWait(_ arguments: [String], input: String) throws -> Outcome {
        let done = try ChildProcess.run(
            "/usr/bin/setsid", ["--wait", Self.program.path] + arguments, input: input, environment: ["POSTERN_SOCKET": socket])
        return Outcome(code: done.code, output: done.output, errors: done.errors)
    }
}
