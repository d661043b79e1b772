internal import Glibc
internal import Host

/// Makes the socket units of the services that listen on all interfaces. systemd runs it at boot and at every daemon-reload, before
/// anything else is there: it reads one small file and writes a few, and never fails loudly. systemd.generator(7)
@main
enum Generator {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count > 1 else {
            StandardError.say("usage: postern-generator DIRECTORY [EARLY LATE]")
            exit(2)
        }
        // For tests; generators get no environment of their own from systemd that would hold it.
        let path = getenv("POSTERN_LISTENERS").map { String(cString: $0) } ?? ListenerList.usualPath
        let folder = arguments[1]
        let list = read(path) ?? .ofDefaults
        let wants = folder + "/sockets.target.wants"
        guard mkdir(wants, 0o755) == 0 || errno == EEXIST else { return complain(wants) }
        for entry in list.entries.sorted() {
            let unit = folder + "/" + entry.unitName
            guard write(entry.unit, to: unit) else { return complain(unit) }
            guard symlink("../" + entry.unitName, wants + "/" + entry.unitName) == 0 || errno == EEXIST else { return complain(wants) }
        }
    }

    private static func read(_ path: String) -> ListenerList? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var octets = [UInt8](repeating: 0, count: 65536)
        let count = fread(&octets, 1, octets.count, file)
        return ListenerList(parsing: String(decoding: octets.prefix(count), as: UTF8.self))
    }

    private static func write(_ text: String, to path: String) -> Bool {
        guard let file = fopen(path, "we") else { return false }
        fputs(text, file)
        return fclose(file) == 0
    }

    private static func complain(_ path: String) {
        StandardError.say("postern-generator: \(path): \(String(cString: strerror(errno)))")
        exit(1)
    }
}
