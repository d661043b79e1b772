internal import Glibc
internal import MailCore

/// The command line of sendmail, as four decades of programs write it. Options that mean nothing here are read and let be, so that no
/// script fails for them.
struct SendmailOptions: Equatable {
    enum Mode: Equatable {
        case deliver
        /// `-bs`: SMTP on the standard streams.
        case converse
        /// `-bp`, mailq
        case listQueue
        /// `-bi`, newaliases
        case initialiseAliases
        /// `-q`
        case runQueue
    }

    var mode = Mode.deliver
    /// `-f`, `-r`; without it the caller.
    var sender: String?
    /// `-F`
    var fullName: String?
    /// `-t`: the header names recipients.
    var readsRecipients = false
    /// `-i`, `-oi`: a line with a dot alone is text.
    var ignoresDots = false
    var recipients: [String] = []

    /// Options with a value, in the same word or the next one.
    private static let valued: Set<Character> = ["A", "B", "C", "D", "F", "L", "N", "O", "R", "V", "X", "b", "f", "h", "o", "p", "r"]
    /// Without one.
    private static let plain: Set<Character> = ["G", "I", "U", "c", "e", "i", "m", "n", "t", "v", "x"]

    /// `name`: what the program was called as. `arguments`: without it.
    init(name: String, _ arguments: some Sequence<String>) throws(Complaint) {
        switch name.parts(at: "/").last {
        case "mailq": mode = .listQueue
        case "newaliases": mode = .initialiseAliases
        default: break
        }
        var words = ArraySlice(Array(arguments))
        while let word = words.first, word.hasPrefix("-"), word != "-" {
            words.removeFirst()
            if word == "--" { break }
            try take(word.dropFirst(), &words)
        }
        recipients = Array(words)
    }

    /// One word of options, several of which may stand together: `-ti`.
    private mutating func take(_ word: Substring, _ words: inout ArraySlice<String>) throws(Complaint) {
        var rest = word
        while let letter = rest.popFirst() {
            if letter == "q" {
                // `-q`, `-q30m`: a mode of its own unless a letter is handed over.
                if mode == .deliver { mode = .runQueue }
                return
            }
            if Self.plain.contains(letter) {
                if letter == "t" { readsRecipients = true }
                if letter == "i" { ignoresDots = true }
                if letter == "I" { mode = .initialiseAliases }
                // `-em` and its like: errors are mailed, whatever is asked.
                if letter == "e" { return }
                continue
            }
            guard Self.valued.contains(letter) else { throw Complaint(EX_USAGE, "the option -\(letter) is not understood.") }
            var value = String(rest)
            if value.isEmpty {
                guard let next = words.popFirst() else { throw Complaint(EX_USAGE, "the option -\(letter) needs a value.") }
                value = next
            }
            return try set(letter, value)
        }
    }

    private mutating func set(_ letter: Character, _ value: String) throws(Complaint) {
        switch (letter, value) {
        case ("f", _), ("r", _): sender = value
        case ("F", _): fullName = value
        case ("o", "i"): ignoresDots = true
        case ("b", "m"): mode = .deliver
        case ("b", "s"): mode = .converse
        case ("b", "p"): mode = .listQueue
        case ("b", "i"): mode = .initialiseAliases
        case ("b", "d"), ("b", "D"): throw Complaint(EX_USAGE, "the daemon is posternd, and systemd starts it.")
        case ("b", _): throw Complaint(EX_USAGE, "the mode -b\(value) is not there.")
        default: break
        }
    }
}
