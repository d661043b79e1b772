import Foundation
import MailCore
import MailStore
import StateStore
import Testing

@testable import AdminServer

/// What is asked and what is answered, word for word. Ids and times are shown as `<id>` and `<time>`.
@Suite struct DialogueTests {
    struct Step: Sendable {
        var asked: String
        var body: String?
        var status: Int
        var answer: String

        init(_ asked: String, _ body: String? = nil, _ status: Int, _ answer: String) {
            self.asked = asked
            self.body = body
            self.status = status
            self.answer = answer
        }
    }

    static func play(_ steps: [Step], in house: House) async throws {
        for step in steps {
            let words = step.asked.split(separator: " ")
            let (status, body) = try await house.ask(String(words[0]), String(words[1]), step.body)
            let shown = body.replacing(#/[0-9a-f]{8}-[0-9a-f-]{27}/#, with: "<id>")
                .replacing(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/#, with: "<time>")
            #expect("\(status) \(shown)" == "\(step.status) \(step.answer)", "\(step.asked) \(step.body ?? "")")
        }
    }

    static let alice = #"{"address":"alice@example.org","created":"<time>","displayName":"Alice","enabled":true,"id":"<id>"}"#

    @Test func domains() async throws {
        try await House.open { house in
            try await Self.play(
                [
                    Step("GET /api/domains", nil, 200, #"{"domains":[]}"#),
                    Step(
                        "POST /api/domains", #"{"name":"Example.ORG"}"#, 200,
                        #"{"accounts":0,"aliases":0,"catchAll":[],"name":"example.org"}"#),
                    Step(
                        "POST /api/domains", #"{"name":"example.org"}"#, 409,
                        #"{"error":"The domain example.org exists already.","reason":"conflict"}"#),
                    Step(
                        "POST /api/domains", #"{"name":"no domain"}"#, 400,
                        #"{"error":"\"no domain\" is no domain; write it like example.org.","reason":"invalid"}"#),
                    Step("POST /api/accounts", #"{"address":"alice@example.org","password":"x","displayName":"Alice"}"#, 200, Self.alice),
                    Step(
                        "PATCH /api/domains/example.org", #"{"catchAll":["alice@example.org"]}"#, 200,
                        #"{"accounts":1,"aliases":0,"catchAll":["alice@example.org"],"name":"example.org"}"#),
                    Step(
                        "PATCH /api/domains/example.org", #"{"catchAll":["alice@example.org","bob@elsewhere.example"]}"#, 200,
                        #"{"accounts":1,"aliases":0,"catchAll":["alice@example.org","bob@elsewhere.example"],"name":"example.org"}"#),
                    Step(
                        "PATCH /api/domains/example.org", #"{"catchAll":[]}"#, 200,
                        #"{"accounts":1,"aliases":0,"catchAll":[],"name":"example.org"}"#),
                    Step(
                        "GET /api/domains/example.net", nil, 404,
                        #"{"error":"The domain example.net does not exist; add it first.","reason":"not-found"}"#),
                    Step(
                        "DELETE /api/domains/example.org", nil, 409,
                        #"{"error":"The domain example.org has 1 account; remove it first.","reason":"conflict"}"#),
                    Step(
                        "DELETE /api/accounts/alice@example.org", nil, 200,
                        #"{"address":"alice@example.org","id":"<id>","mailDeleted":false}"#),
                    Step("DELETE /api/domains/example.org", nil, 200, #"{"accounts":0,"aliases":0,"catchAll":[],"name":"example.org"}"#),
                    Step("GET /api/domains", nil, 200, #"{"domains":[]}"#),
                ], in: house)
        }
    }

    static let mailboxes =
        #""mailboxes":[{"bytes":0,"messages":0,"name":"Archive","unseen":0},{"bytes":0,"messages":0,"name":"Drafts","unseen":0},"#
        + #"{"bytes":0,"messages":0,"name":"INBOX","unseen":0},{"bytes":0,"messages":0,"name":"Junk","unseen":0},"#
        + #"{"bytes":0,"messages":0,"name":"Sent","unseen":0},{"bytes":0,"messages":0,"name":"Trash","unseen":0}]"#

    @Test func accounts() async throws {
        try await House.open { house in
            try await house.state.addDomain(try #require(Domain("example.org")))
            try await Self.play(
                [
                    Step("POST /api/accounts", #"{"address":"Alice@example.org","password":"x","displayName":"Alice"}"#, 200, Self.alice),
                    Step(
                        "POST /api/accounts", #"{"address":"alice@example.org","password":"x"}"#, 409,
                        #"{"error":"The account alice@example.org exists already.","reason":"conflict"}"#),
                    Step(
                        "POST /api/accounts", #"{"address":"bob@example.net","password":"x"}"#, 404,
                        #"{"error":"The domain example.net does not exist; add it first.","reason":"not-found"}"#),
                    Step(
                        "POST /api/accounts", #"{"address":"bob","password":"x"}"#, 400,
                        #"{"error":"\"bob\" is no mail address; write it like alice@example.org.","reason":"invalid"}"#),
                    Step(
                        "POST /api/accounts", #"{"address":"bob@example.org","password":""}"#, 400,
                        #"{"error":"A password has 1 to 1024 octets of UTF-8 and no control characters.","reason":"invalid"}"#),
                    Step(
                        "POST /api/accounts", #"{"address":"bob@example.org","password":"x","quota":"10GB"}"#, 400,
                        #"{"error":"\"10GB\" is no size; write it like 10GiB.","reason":"invalid"}"#),
                    Step(
                        "POST /api/accounts", #"{"address":"b/o%b@example.org","password":"x","quota":"10GiB"}"#, 200,
                        #"{"address":"b/o%b@example.org","created":"<time>","displayName":"","enabled":true,"id":"<id>","quota":"10GiB"}"#),
                    Step(
                        "GET /api/accounts/b%2Fo%25b@example.org", nil, 200,
                        #"{"address":"b/o%b@example.org","created":"<time>","displayName":"","enabled":true,"id":"<id>","#
                            + Self.mailboxes + #","quota":"10GiB"}"#),
                    Step(
                        "PATCH /api/accounts/b%2Fo%25b@example.org", #"{"quota":"none","enabled":false,"displayName":"Bób"}"#, 200,
                        #"{"address":"b/o%b@example.org","created":"<time>","displayName":"Bób","enabled":false,"id":"<id>"}"#),
                    Step(
                        "PATCH /api/accounts/alice@example.org", "{}", 400,
                        #"{"error":"Name what is to change: the password, the display name, the quota, or whether it is enabled.","reason":"invalid"}"#
                    ),
                    Step(
                        "GET /api/accounts/carol@example.org", nil, 404,
                        #"{"error":"The account carol@example.org does not exist.","reason":"not-found"}"#),
                    Step(
                        "GET /api/accounts", nil, 200,
                        #"{"accounts":["# + Self.alice
                            + #",{"address":"b/o%b@example.org","created":"<time>","displayName":"Bób","enabled":false,"id":"<id>"}]}"#),
                ], in: house)
        }
    }

    @Test func aliases() async throws {
        try await House.open { house in
            try await house.state.addDomain(try #require(Domain("example.org")))
            try await Self.play(
                [
                    Step("POST /api/accounts", #"{"address":"alice@example.org","password":"x","displayName":"Alice"}"#, 200, Self.alice),
                    Step(
                        "POST /api/aliases", #"{"address":"info@example.org","targets":["alice@example.org","x@y.example"]}"#, 200,
                        #"{"address":"info@example.org","targets":["alice@example.org","x@y.example"]}"#),
                    Step(
                        "POST /api/aliases", #"{"address":"@example.org","targets":["info@example.org"]}"#, 200,
                        #"{"address":"@example.org","targets":["info@example.org"]}"#),
                    Step(
                        "POST /api/aliases", #"{"address":"sales@example.org","targets":[]}"#, 400,
                        #"{"error":"The alias sales@example.org needs at least one target.","reason":"invalid"}"#),
                    Step(
                        "POST /api/aliases", #"{"address":"sales@example.org","targets":["nobody"]}"#, 400,
                        #"{"error":"\"nobody\" is no mail address; write it like alice@example.org.","reason":"invalid"}"#),
                    Step(
                        "POST /api/aliases", #"{"address":"sales","targets":["alice@example.org"]}"#, 400,
                        #"{"error":"\"sales\" is no alias; write it like info@example.org, or @example.org for a domain's catch-all.","reason":"invalid"}"#
                    ),
                    Step(
                        "PUT /api/aliases/info@example.org", #"{"targets":["alice@example.org"]}"#, 200,
                        #"{"address":"info@example.org","targets":["alice@example.org"]}"#),
                    Step("GET /api/aliases/@example.org", nil, 200, #"{"address":"@example.org","targets":["info@example.org"]}"#),
                    Step(
                        "GET /api/domains/example.org", nil, 200,
                        #"{"accounts":1,"aliases":1,"catchAll":["info@example.org"],"name":"example.org"}"#),
                    Step(
                        "DELETE /api/aliases/info@example.org", nil, 409,
                        #"{"error":"The alias info@example.org is a target of the alias @example.org; change or remove it first.","reason":"conflict"}"#
                    ),
                    Step("DELETE /api/aliases/@example.org", nil, 200, #"{"address":"@example.org","targets":["info@example.org"]}"#),
                    Step(
                        "DELETE /api/aliases/@example.org", nil, 404,
                        #"{"error":"The alias @example.org does not exist.","reason":"not-found"}"#),
                    Step(
                        "GET /api/aliases", nil, 200, #"{"aliases":[{"address":"info@example.org","targets":["alice@example.org"]}]}"#),
                ], in: house)
        }
    }

    @Test func requestsThatAreNoOperations() async throws {
        try await House.open { house in
            try await Self.play(
                [
                    Step("GET /", nil, 404, #"{"error":"There is nothing at GET /.","reason":"not-found"}"#),
                    Step("DELETE /api/status", nil, 404, #"{"error":"There is nothing at DELETE /api/status.","reason":"not-found"}"#),
                    Step("POST /api/domains", "{", 400, #"{"error":"The body must be one JSON object.","reason":"invalid"}"#),
                    Step("POST /api/domains", "[1]", 400, #"{"error":"The body must be one JSON object.","reason":"invalid"}"#),
                    Step("POST /api/domains", "{}", 400, #"{"error":"\"domain add\" needs the parameter name.","reason":"invalid"}"#),
                    Step(
                        "POST /api/domains", #"{"name":7}"#, 400,
                        #"{"error":"The parameter name of \"domain add\" is of the wrong type.","reason":"invalid"}"#),
                    Step(
                        "POST /api/accounts", #"{"adress":"a@b.example","password":"x"}"#, 400,
                        #"{"error":"\"account add\" has no parameter adress; it has address, password, displayName, quota.","reason":"invalid"}"#
                    ),
                    Step(
                        "PATCH /api/domains/a.example", #"{"name":"b.example"}"#, 400,
                        #"{"error":"name is in the path; the body must not have it too.","reason":"invalid"}"#),
                    Step(
                        "GET /api/accounts/%FF@example.org", nil, 400,
                        #"{"error":"The path is not percent-encoded UTF-8.","reason":"invalid"}"#),
                    Step(
                        "POST /api/domains", #"{"name":""# + String(repeating: "x", count: 1 << 20) + #""}"#, 413,
                        #"{"error":"The request has more than 1 MiB.","reason":"too-large"}"#),
                ], in: house)
        }
    }
}
