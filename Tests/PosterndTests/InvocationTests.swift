import Testing

@testable import posternd

struct InvocationTests {
    @Test func everything() throws {
        let words = [
            "--settings", "a.toml", "--state=/s", "--defaults", "/d", "--set", "smtp.port=25", "--set=a.b=c=d", "--verbose", "--set",
            "e=\u{301}",
        ]
        let options = Invocation.Options(
            settings: "a.toml", state: "/s", defaults: "/d",
            overrides: [.init(key: "smtp.port", value: "25"), .init(key: "a.b", value: "c=d"), .init(key: "e", value: "\u{301}")],
            isVerbose: true)
        #expect(try Invocation(words) == .run(options))
        #expect(try Invocation([]) == .run(.init()))
        #expect(try Invocation(["--check-settings", "x.toml"]) == .checkSettings(file: "x.toml", .init()))
        #expect(try Invocation(["--rebuild-index", "--state", "/s"]) == .rebuildIndex(.init(state: "/s")))
    }

    @Test(arguments: [(["--help"], Invocation.help), (["-h"], .help), (["--version"], .version), (["--verbose", "--help"], .help)])
    func short(words: [String], meant: Invocation) throws { #expect(try Invocation(words) == meant) }

    @Test(arguments: [
        (["--bogus"], "--bogus is not understood; see posternd --help."),
        (["postern.toml"], "postern.toml is not understood; see posternd --help."),
        (["--settings"], "--settings needs a value."),
        (["--state="], "--state needs a value."),
        (["--set", "smtp.port"], "--set smtp.port: write --set KEY=VALUE, for example --set smtp.port=2525."),
        (["--set", "=25"], "--set =25: write --set KEY=VALUE, for example --set smtp.port=2525."),
    ])
    func nonsense(words: [String], sentence: String) {
        do throws(Invocation.UsageError) {
            _ = try Invocation(words)
            Issue.record("\(words) was understood")
        } catch {
            #expect(error.description == sentence)
        }
    }
}
