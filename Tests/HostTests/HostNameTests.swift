import Testing

@testable import Host

struct HostNameTests {
    static let hosts = """
        127.0.0.1 localhost.localdomain localhost
        # 127.0.1.1 gate.commented.example gate
        127.0.1.1\tgate.example.org   gate  # the machine itself
        192.0.2.9 gate2.example.org gate2
        """

    @Test(arguments: [
        ("gate", "gate.example.org"), ("GATE", "gate.example.org"), ("gate.other.example", "gate.other.example"), ("stranger", "stranger"),
        ("", "localhost"),
    ])
    func qualified(name: String, golden: String) { #expect(HostName.qualified(name, hosts: Self.hosts) == golden) }

    @Test func currentIsAName() { #expect(!HostName.current.isEmpty) }
}
