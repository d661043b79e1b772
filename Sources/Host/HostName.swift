internal import Glibc

/// The machine's own name, for greetings and `Received` fields.
public enum HostName {
    /// With its domain, when the machine or its hosts file knows one. Never asks the network.
    public static var current: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return qualified(name, hosts: hostsFile())
    }

    /// A name without a dot is looked up among the names of its own line in `hosts` (hosts(5)).
    static func qualified(_ name: String, hosts: String) -> String {
        let name = name.lowercased()
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: ".")) else { return name.isEmpty ? "localhost" : name }
        for line in hosts.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).dropFirst().map { $0.lowercased() }
            if words.contains(name), let long = words.first(where: { $0.hasPrefix(name + ".") && !$0.hasSuffix(".") }) { return long }
        }
        return name
    }

    private static func hostsFile() -> String {
        guard let file = fopen("/etc/hosts", "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
