internal import ArgumentParser
internal import Glibc

/// The ways in which a password comes in: asked for, from a pipe, or on the command line.
struct PasswordOptions: ParsableArguments {
    @Flag(help: "Read the password from the first line of standard input.")
    var passwordStdin = false

    @Option(help: "The password. Everybody on this machine can see it while the command runs; prefer --password-stdin.")
    var password: String?

    var isGiven: Bool { passwordStdin || password != nil }

    func validate() throws {
        guard !passwordStdin || password == nil else { throw ValidationError("Give --password or --password-stdin, not both.") }
    }

    /// Asks twice on the terminal when nothing was given.
    func read(for address: String) throws -> String {
        if let password { return password }
        if passwordStdin {
            guard let line = readLine(), !line.isEmpty else { throw ValidationError("There is no password on standard input.") }
            return line
        }
        guard let terminal = Terminal() else {
            throw ValidationError("There is no terminal to ask for the password; give it with --password-stdin.")
        }
        let first = try terminal.askSecretly("Password for \(address): ")
        guard try terminal.askSecretly("Once more: ") == first else { throw ValidationError("The two passwords differ.") }
        return first
    }
}

/// The terminal that the command runs in, whatever its standard input is.
final class Terminal {
    private let file: Int32

    /// `nil` when there is none.
    init?() {
        file = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        if file < 0 { return nil }
    }

    deinit { close(file) }

    /// Reads a line without showing it. Ctrl-C comes in as a character here, so that the terminal is never left silent.
    func askSecretly(_ prompt: String) throws -> String {
        var before = termios()
        guard tcgetattr(file, &before) == 0 else { throw ValidationError("The terminal cannot be asked for the password.") }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ISIG)
        guard tcsetattr(file, TCSAFLUSH, &silent) == 0 else {
            throw ValidationError("The terminal cannot be asked for the password.")
        }
        defer {
            tcsetattr(file, TCSAFLUSH, &before)
            show("\n")
        }
        show(prompt)
        var line: [UInt8] = []
        var octet: UInt8 = 0
        while Glibc.read(file, &octet, 1) == 1, octet != UInt8(ascii: "\n") {
            if octet == 3 { throw ExitCode(130) }
            line.append(octet)
            guard line.count <= 4096 else { throw ValidationError("The password is too long.") }
        }
        guard let text = String(validating: line, as: UTF8.self) else { throw ValidationError("The password is not UTF-8.") }
        return text
    }

    private func show(_ text: String) { _ = text.utf8.withContiguousStorageIfAvailable { write(file, $0.baseAddress, $0.count) } }
}
