import Foundation

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
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setsid")
        process.arguments = ["--wait", Self.program.path] + arguments
        process.environment = ["POSTERN_SOCKET": socket]
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stderr
        try process.run()
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = String(decoding: stdout.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let errors = String(decoding: stderr.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Outcome(code: process.terminationStatus, output: output, errors: errors)
    }
}
