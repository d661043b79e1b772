import Foundation
import MailSettings
import Testing

@testable import AdminServer

/// Settings through the socket: the file, the running daemon and the answers agree.
@Suite struct SettingsDialogueTests {
    typealias Step = DialogueTests.Step

    @Test func getSetReset() async throws {
        try await House.open { house in
            try "# ours\nsmtp.port = 2525 # why\n".write(toFile: house.settingsFile, atomically: false, encoding: .utf8)
            try await DialogueTests.play(
                [
                    Step(
                        "PUT /api/settings", #"{"values":{"smtp.max-message-size":"20MiB","mailbox.folders":["Sent"]}}"#, 200,
                        #"{"changes":[{"after":"Sent","before":"Drafts, Sent, Junk, Trash, Archive","effect":"It takes effect at once.","#
                            + #""key":"mailbox.folders","origin":"\#(house.settingsFile):4","takesEffect":"live"},"#
                            + #"{"after":"20MiB","before":"50MiB","effect":"It takes effect at once.","key":"smtp.max-message-size","#
                            + #""origin":"\#(house.settingsFile):3","takesEffect":"live"}]}"#),
                    Step(
                        "GET /api/settings/smtp.max-message-size", nil, 200,
                        #"{"allowed":"a size from 1MiB to 1GiB, such as \"50MiB\"","default":"50MiB","#
                            + #""doc":"Largest message accepted from a peer, announced as SIZE (RFC 1870).","key":"smtp.max-message-size","#
                            + #""origin":"\#(house.settingsFile):3","takesEffect":"live","text":"20MiB","value":"20MiB"}"#),
                    Step(
                        "POST /api/settings/reset", #"{"keys":["smtp.max-message-size"]}"#, 200,
                        #"{"changes":[{"after":"50MiB","before":"20MiB","effect":"It takes effect at once.","#
                            + #""key":"smtp.max-message-size","origin":"default","takesEffect":"live"}]}"#),
                    Step(
                        "PUT /api/settings", #"{"values":{"smtp.utf8":true}}"#, 200,
                        #"{"changes":[{"after":"on","before":"on","effect":"Nothing has changed.","key":"smtp.utf8","origin":"default","takesEffect":"live"}]}"#
                    ),
                ], in: house)
            let text = try String(contentsOfFile: house.settingsFile, encoding: .utf8)
            #expect(text == "# ours\nsmtp.port = 2525 # why\nmailbox.folders = [\"Sent\"]\n")
            #expect(house.settings.current.mailbox.folders == ["Sent"])
            #expect(house.settings.current.smtp.port == 2525, "the hand-made change came along")
        }
    }

    @Test func refusals() async throws {
        try await House.open { house in
            try await DialogueTests.play(
                [
                    Step(
                        "GET /api/settings/smtp.prot", nil, 404,
                        #"{"error":"smtp.prot is not a setting; did you mean smtp.port?","reason":"not-found"}"#),
                    Step(
                        "PUT /api/settings", #"{"values":{"smtp.prot":1}}"#, 404,
                        #"{"error":"smtp.prot is not a setting; did you mean smtp.port?","reason":"not-found"}"#),
                    Step("PUT /api/settings", #"{"values":{}}"#, 400, #"{"error":"Name at least one setting.","reason":"invalid"}"#),
                    Step(
                        "PUT /api/settings", #"{"values":{"smtp.port":99999,"smtp.utf8":"perhaps"}}"#, 400,
                        #"{"error":"smtp.port = 99999 is out of range; allowed is a whole number from 1 to 65535.\n"#
                            + #"smtp.utf8 = \"perhaps\" is of the wrong type; allowed is true or false.","#
                            + #""problems":[{"key":"smtp.port","sentence":"smtp.port = 99999 is out of range; allowed is a whole number from 1 to 65535."},"#
                            + #"{"key":"smtp.utf8","sentence":"smtp.utf8 = \"perhaps\" is of the wrong type; allowed is true or false."}],"reason":"invalid"}"#
                    ),
                ], in: house)
            #expect(!FileManager.default.fileExists(atPath: house.settingsFile), "nothing was written")
        }
    }

    @Test func aFileBrokenByHandIsTold() async throws {
        try await House.open { house in
            try "smtp.prot = 1\n".write(toFile: house.settingsFile, atomically: false, encoding: .utf8)
            let (status, body) = try await house.ask("PUT", "/api/settings", #"{"values":{"smtp.port":26}}"#)
            #expect(status == 400)
            #expect(body.contains(#""file":"\#(house.settingsFile)","key":"smtp.prot","line":1"#))
            #expect(house.settings.current.smtp.port == 25)
        }
    }

    @Test func aValueOfTheCommandLineStays() async throws {
        try await House.open(overrides: [("smtp.port", "3000")]) { house in
            let (status, body) = try await house.ask("PUT", "/api/settings", #"{"values":{"smtp.port":26}}"#)
            #expect(status == 200)
            #expect(body.contains("The daemon was started with --set smtp.port; the file counts when it is started without."))
            #expect(house.settings.current.smtp.port == 3000)
        }
    }

    @Test func listShowsAll() async throws {
        try await House.open { house in
            let (status, body) = try await house.ask("GET", "/api/settings")
            #expect(status == 200)
            for setting in Settings.all { #expect(body.contains("\"key\":\"\(setting.key)\"")) }
        }
    }

    /// Another server's password is in the file, and nowhere else.
    @Test func secretsStaySecret() async throws {
        try await House.open { house in
            let changed = try await house.ask("PUT", "/api/settings", #"{"values":{"relay.password":"hunter2"}}"#)
            #expect(changed.status == 200 && changed.body.contains(#""after":"(secret)","before":"""#))
            let shown = try await house.ask("GET", "/api/settings/relay.password")
            #expect(shown.body.contains(#""text":"(secret)","value":"(secret)""#))
            #expect(try await !house.ask("GET", "/api/settings").body.contains("hunter2"))
            #expect(house.settings.current.relay.password == "hunter2")
            #expect(house.settings.current.declared.filter(\.isSecret).map { $0.shown.toml } == ["\"(secret)\""])
        }
    }
}
