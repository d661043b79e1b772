import Testing

@testable import Host

/// From what the daemon wrote to the socket units.
struct ListenerListTests {
    @Test func whatIsWrittenIsRead() {
        let list = ListenerList([.init("smtp", 25), .init("imaps", 993)])
        #expect(ListenerList(parsing: list.text) == list)
        #expect(list.text.hasSuffix("smtp 25\nimaps 993\n"))
        #expect(ListenerList(parsing: ListenerList().text) == ListenerList())
    }

    @Test(arguments: [
        ("smtp 25\nsm/tp 26\nimap 0\nimap 65536\nimap\npop3 110 x\n\nldap 389", ["smtp-25", "ldap-389"]),
        ("# smtp 25\n", []),
    ])
    func linesThatMakeNoSenseAreLeftOut(text: String, golden: [String]) {
        #expect(ListenerList(parsing: text).entries.sorted().map(\.name) == golden)
    }

    @Test func theUnit() {
        let entry = ListenerList.Entry("smtp", 25)
        #expect(entry.unitName == "postern-smtp-25.socket")
        let lines = entry.unit.split(separator: "\n")
        for line in ["ListenStream=25", "FileDescriptorName=smtp-25", "Service=postern.service", "BindIPv6Only=both"] {
            #expect(lines.contains(Substring(line)))
        }
    }
}
