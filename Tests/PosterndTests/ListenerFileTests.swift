import Glibc
import Host
import Logging
import Testing

@testable import posternd

/// The generator's file is written when it has to say something else, and systemd is bothered no more often than that.
struct ListenerFileTests {
    @Test func itIsReplacedWhenItSaysSomethingElse() throws {
        var template = Array("/tmp/postern-listeners-XXXXXX".utf8CString)
        let folder = String(cString: try #require(mkdtemp(&template)))
        let path = folder + "/listeners"
        defer {
            unlink(path)
            rmdir(folder)
        }
        let file = ListenerFile(path: path, Logger(label: "test"))
        #expect(file.write(.ofDefaults))
        #expect(!file.write(.ofDefaults))
        // What is left of an earlier start counts as well.
        #expect(!ListenerFile(path: path, Logger(label: "test")).write(.ofDefaults))
        #expect(file.write(ListenerList([.init("smtp", 2525)])))
        #expect(!file.write(ListenerList([.init("smtp", 2525)])))
        unlink(path)
        #expect(file.write(ListenerList([.init("smtp", 2525)])))
    }

    @Test func aFolderThatIsNotThereIsTold() {
        #expect(!ListenerFile(path: "/nowhere/listeners", Logger(label: "test")).write(.ofDefaults))
    }
}
