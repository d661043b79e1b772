import Testing

@testable import Host

struct PortHolderTests {
    @Test(arguments: [
        ("/sys/fs/cgroup/system.slice/exim4.service", "exim4.service"),
        ("/sys/fs/cgroup/system.slice/nginx.service/worker", "nginx.service"),
        ("/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
        ("/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/nc.scope", "nc.scope"),
        ("/sys/fs/cgroup/somebody", nil), ("/", nil),
    ])
    func units(path: String, golden: String?) { #expect(PortHolder.unit(in: path) == golden) }

    @Test func nobodyHoldsAPortThatIsNone() {
        #expect(PortHolder.words(for: 0) == nil)
        #expect(PortHolder.words(for: 70000) == nil)
    }
}
