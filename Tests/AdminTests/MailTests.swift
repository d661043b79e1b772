import Foundation
import MailCore
import MailStore
import NIOCore
import StateStore
import Testing

@testable import AdminServer

/// What operations on accounts do to mail.
@Suite struct MailTests {
    static func deliver(to account: Account, in house: House) async throws {
        let message = house.store.newMessage()
        try await message.append(ByteBuffer(string: "Subject: x\r\n\r\nhello\r\n"))
        try await house.store.deliver(message, to: [LocalRecipient(account: account.id, address: account.address)])
    }

    static func aliceWithAMessage(in house: House) async throws -> Account {
        try await house.state.addDomain(try #require(Domain("example.org")))
        #expect(try await house.ask("POST", "/api/accounts", #"{"address":"alice@example.org","password":"x"}"#).status == 200)
        let alice = try #require(house.state.directory.accounts.first)
        try await deliver(to: alice, in: house)
        return alice
    }

    static func messages(of account: Account, in house: House) async throws -> [Int] {
        try await house.store.read { try $0.mailboxes(of: account.id).map(\.messages) }
    }

    @Test func foldersHaveTheirUses() async throws {
        try await House.open { house in
            let alice = try await Self.aliceWithAMessage(in: house)
            let uses = try await house.store.read { snapshot in
                try snapshot.mailboxes(of: alice.id).map { "\($0.name) \($0.specialUse?.rawValue ?? "-")" }.sorted()
            }
            #expect(uses == ["Archive archive", "Drafts drafts", "INBOX -", "Junk junk", "Sent sent", "Trash trash"])
        }
    }

    @Test(
        arguments: [
            ("Drafts", .drafts), ("SENT", .sent), ("junk", .junk), ("Trash", .trash), ("Archive", .archive), ("Work", nil), ("All", nil),
            ("Flagged", nil), ("Sent/2026", nil),
        ] as [(String, SpecialUse?)]) func usesOfNames(_ name: String, _ use: SpecialUse?)
    {
        #expect(SpecialUse(folder: name) == use)
    }

    @Test func mailOutlivesItsAccountUnlessItIsToGo() async throws {
        try await House.open { house in
            let alice = try await Self.aliceWithAMessage(in: house)
            #expect(try await house.ask("DELETE", "/api/accounts/alice@example.org").status == 200)
            #expect(house.state.directory.accounts.isEmpty)
            #expect(try await Self.messages(of: alice, in: house).reduce(0, +) == 1)
            let gone = try await house.ask("DELETE", "/api/accounts/\(alice.id)", #"{"deleteMail":true}"#)
            #expect(gone.body == #"{"address":"","id":"\#(alice.id)","mailDeleted":true}"#)
            #expect(try await Self.messages(of: alice, in: house).isEmpty)
        }
    }

    @Test func accountAndMailTogether() async throws {
        try await House.open { house in
            let alice = try await Self.aliceWithAMessage(in: house)
            let refused = try await house.ask("DELETE", "/api/accounts/\(alice.id)", #"{"deleteMail":true}"#)
            #expect(refused.status == 409, "an account that exists is named by its address")
            let (status, body) = try await house.ask("DELETE", "/api/accounts/alice@example.org", #"{"deleteMail":true}"#)
            #expect(status == 200)
            #expect(body == #"{"address":"alice@example.org","id":"\#(alice.id)","mailDeleted":true}"#)
            #expect(try await Self.messages(of: alice, in: house).isEmpty)
        }
    }

    @Test func anAccountWhoseStoreIsAway() async throws {
        try await House.open { house in
            try await house.state.addDomain(try #require(Domain("example.org")))
            await house.store.close()
            let (status, body) = try await house.ask("POST", "/api/accounts", #"{"address":"alice@example.org","password":"x"}"#)
            #expect(status == 200)
            #expect(body.contains("The account is made, but its folders are not: The mail store is not available"))
            let gone = try await house.ask("DELETE", "/api/accounts/alice@example.org", #"{"deleteMail":true}"#)
            #expect(gone.status == 503)
            #expect(gone.body.contains("The account is removed, but not its mail: The mail store is not available"))
        }
    }

    @Test func status() async throws {
        try await House.open { house in
            _ = try await Self.aliceWithAMessage(in: house)
            let (status, body) = try await house.ask("GET", "/api/status")
            let shown = body.replacing(#/"(freeSpace|totalSpace|uptime)":\d+/#) { "\"\($0.output.1)\":0" }
                .replacing(#/"started":"[^"]+"/#, with: #""started":"<time>""#)
            #expect(status == 200)
            #expect(
                shown == #"{"accounts":1,"aliases":0,"dns":"answers are validated","domains":1,"problems":[],"queue":{},"#
                    + #""services":[{"addresses":["127.0.0.1:25"],"connections":3,"name":"smtp","state":"listening"}],"started":"<time>","#
                    + #""store":{"bytes":21,"freeSpace":0,"messages":1,"state":"ready","totalSpace":0},"tasks":[],"uptime":0,"#
                    + #""verdict":"warning","version":"1.2.3","warnings":["The moon is full."]}"#)
        }
    }

    @Test func manyOperatorsAtOnce() async throws {
        try await House.open { house in
            try await house.state.addDomain(try #require(Domain("example.org")))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        try await house.ask("POST", "/api/accounts", #"{"address":"u\#(number)@example.org","password":"x"}"#).status
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(house.state.directory.accounts.count == 16)
        }
    }
}
