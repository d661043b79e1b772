internal import Glibc
internal import MailCore

/// The folder that holds everything this daemon must keep, and the proof that no other daemon uses it.
///
/// | name | what |
/// |---|---|
/// | `posternd.pid` | our process id, while we run |
/// | `admin.sock` | the operators' door |
/// | `state.sqlite` | domains, accounts, aliases, certificates and their keys, tasks, and where the mail is |
/// | `last-good.toml` | the settings file as it was when it was right the last time |
/// | `factory-reset` | that everything is to be set back at the next start |
/// | `left-mail` | whose mail was here before everything was set back |
/// | `mail/` | the drive for mail, unless it lies elsewhere |
final class StateFolder: Sendable {
    let path: String
    /// Held open for its lock, which ends with the process, however that ends.
    private let descriptor: Int32

    /// The folder cannot be used: one sentence.
    struct Refusal: Error, CustomStringConvertible {
        var description: String
    }

    var pidFile: String { path + "/posternd.pid" }
    /// In systemd's folder for what lives as long as we do, where operators look for it; without systemd beside the state.
    var adminSocket: String { (getenv("RUNTIME_DIRECTORY").map { String(cString: $0) } ?? path) + "/admin.sock" }
    var stateDatabase: String { path + "/state.sqlite" }
    var lastGoodSettings: String { path + "/last-good.toml" }
    var mail: String { path + "/mail" }

    /// Makes the folder when it is not there, for us alone, and locks it.
    init(_ path: String) throws(Refusal) {
        try Self.makeFolder(path)
        self.path = path
        descriptor = try Self.lock(path)
        try writePID()
    }

    /// At the clean end: nobody is here any more.
    func release() { unlink(pidFile) }

    deinit { close(descriptor) }

    private static func lock(_ path: String) throws(Refusal) -> Int32 {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal("The state folder \(path) cannot be opened") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            let other = refusal("The state folder \(path) cannot be locked")
            close(descriptor)
            throw isTaken
                ? Refusal(description: "Another posternd uses the state folder \(path); stop it first, or choose another.") : other
        }
        return descriptor
    }

    private func writePID() throws(Refusal) {
        let text = "\(getpid())\n"
        guard let file = fopen(pidFile, "w") else { throw Self.refusal("\(pidFile) cannot be written") }
        fputs(text, file)
        guard fclose(file) == 0 else { throw Self.refusal("\(pidFile) cannot be written") }
    }

    private static func makeFolder(_ path: String) throws(Refusal) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        guard errno == ENOENT, let (folder, _) = path.halves(atLast: "/"), !folder.isEmpty else {
            throw refusal("The folder \(path) cannot be made")
        }
        try makeFolder(String(folder))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw refusal("The folder \(path) cannot be made") }
    }

    private static func refusal(_ sentence: String) -> Refusal { Refusal(description: "\(sentence): \(String(cString: strerror(errno))).") }
}
