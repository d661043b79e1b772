import Foundation
import MailCore
import MailStore
import NIOCore
import Testing

@Suite struct VerbTests {
    @Test func aDeliveredMessageIsThereAndUnseen() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.deliver("hello", to: temporary.recipient())
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        #expect(try await store.listing(inbox.id) == ["1 [] hello"])
        #expect(inbox.messages == 1 && inbox.unseen == 1 && inbox.bytes == 5 && inbox.uidNext == 2 && inbox.recent == 1)
    }

    @Test func oneMessageForManyIsKeptOnce() async throws {
        let temporary = try TemporaryStore()
        let others = (0..<5).map { LocalRecipient(account: .random(), address: MailAddress("user\($0)@postern.test")!) }
        let message = temporary.store.newMessage()
        try await message.append(ByteBuffer(string: "for all"))
        try await temporary.store.deliver(message, to: others)
        for other in others {
            let inbox = try #require(try await temporary.store.info("INBOX", of: other.account))
            #expect(try await temporary.store.listing(inbox.id) == ["1 [] for all"])
        }
    }

    @Test func flagsAreAddedRemovedReplaced() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.provision(temporary.account, address: temporary.address, folders: [])
        let inbox = try #require(try await store.info("INBOX", of: temporary.account)).id
        for text in ["a", "b", "c"] { _ = try await store.append(text, to: inbox, flags: [.draft], keywords: ["$Label1"]) }
        _ = try await store.setFlags(UIDSet([1...2]), in: inbox, .add(.seen), keywords: ["Work"])
        #expect(try await store.listing(inbox) == ["1 [S,X,$Label1,Work] a", "2 [S,X,$Label1,Work] b", "3 [X,$Label1] c"])
        _ = try await store.setFlags(UIDSet([2...9]), in: inbox, .remove(.draft), keywords: ["$label1", "Unknown"])
        #expect(try await store.listing(inbox) == ["1 [S,X,$Label1,Work] a", "2 [S,Work] b", "3 [] c"])
        let results = try await store.setFlags(UIDSet([1...1]), in: inbox, .replace(.flagged))
        #expect(results.map(\.flags) == [[.flagged]])
        let info = try #require(try await store.info("INBOX", of: temporary.account))
        #expect(info.keywords == ["$Label1", "Work"])
        #expect(info.unseen == 2)
        #expect(try await store.countersAreTrue(inbox))
    }

    @Test func aChangeThatChangesNothingTakesNoModSeq() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.deliver("a", to: temporary.recipient())
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        _ = try await store.setFlags(UIDSet([1...1]), in: inbox.id, .remove(.seen))
        #expect(try await store.info("INBOX", of: temporary.account)?.highestModSeq == inbox.highestModSeq)
    }

    @Test func keywordsHaveABoundAndARefusalLeavesNothing() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.deliver("a", to: temporary.recipient())
        let inbox = try #require(try await store.info("INBOX", of: temporary.account)).id
        _ = try await store.setFlags(UIDSet([1...1]), in: inbox, .add([]), keywords: (0..<56).map { "k\($0)" })
        await #expect(throws: StoreError.tooManyKeywords) { _ = try await store.append("b", to: inbox, keywords: ["k1", "one-more"]) }
        #expect(try await store.info("INBOX", of: temporary.account)?.messages == 1)
        #expect(try await store.append("c", to: inbox, keywords: ["K1"]).uid == 2)
        #expect(try await store.countersAreTrue(inbox))
    }

    @Test func copiesKeepFlagsByNameAndDates() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.provision(temporary.account, address: temporary.address, folders: ["Archive"])
        let inbox = try #require(try await store.info("INBOX", of: temporary.account)).id
        let archive = try #require(try await store.info("Archive", of: temporary.account)).id
        _ = try await store.append("x", to: archive, keywords: ["Other"])
        for text in ["a", "b", "c"] { _ = try await store.append(text, to: inbox, flags: [.seen], keywords: ["Work"]) }
        let result = try await store.copy(UIDSet([1...1, 3...3]), from: inbox, to: archive)
        #expect(result.pairs.map(\.source) == [1, 3])
        #expect(result.pairs.map(\.destination) == [2, 3])
        #expect(try await store.listing(archive) == ["1 [Other] x", "2 [S,Work] a", "3 [S,Work] c"])
        #expect(try await store.countersAreTrue(archive))
    }

    @Test func movedMessagesAreInOnePlaceOnly() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.provision(temporary.account, address: temporary.address, folders: ["Archive"])
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        let archive = try #require(try await store.info("Archive", of: temporary.account)).id
        for text in ["a", "b", "c"] { _ = try await store.append(text, to: inbox.id) }
        let before = try #require(try await store.info("INBOX", of: temporary.account)).highestModSeq
        let result = try await store.move(UIDSet([2...2]), from: inbox.id, to: archive)
        #expect(result.pairs.map(\.source) == [2])
        #expect(try await store.listing(inbox.id) == ["1 [] a", "3 [] c"])
        #expect(try await store.listing(archive) == ["1 [] b"])
        let changes = try await store.read { try $0.changes(in: inbox.id, since: before) }
        #expect(changes.vanished == [2] && changes.changed.isEmpty)
        for mailbox in [inbox.id, archive] { #expect(try await store.countersAreTrue(mailbox)) }
    }

    @Test func expungeTakesOnlyTheDeletedOnes() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        for text in ["a", "b", "c", "d"] { try await store.deliver(text, to: temporary.recipient()) }
        let inbox = try #require(try await store.info("INBOX", of: temporary.account)).id
        _ = try await store.setFlags(UIDSet([1...1, 3...4]), in: inbox, .add(.deleted))
        #expect(try await store.expunge(inbox, only: UIDSet([2...3])) == [3])
        #expect(try await store.expunge(inbox) == [1, 4])
        #expect(try await store.listing(inbox) == ["2 [] b"])
        #expect(try await store.countersAreTrue(inbox))
        try await store.deliver("e", to: temporary.recipient())
        #expect(try await store.listing(inbox) == ["2 [] b", "5 [] e"])
    }

    /// An exact set, whatever the flags; what is gone already is not counted.
    @Test func removalTakesTheSetAndNothingElse() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        for text in ["a", "b", "c", "d"] { try await store.deliver(text, to: temporary.recipient()) }
        let before = try #require(try await store.read { try $0.counters(of: "INBOX", of: temporary.account) })
        #expect(before.messages == 4 && before.bytes == 4 && before.uidNext == 5)
        _ = try await store.setFlags(UIDSet([4...4]), in: before.id, .add(.deleted))
        #expect(try await store.remove(UIDSet([1...1, 3...3, 9...9]), from: before.id) == 2)
        #expect(try await store.remove(UIDSet([1...3]), from: before.id) == 1)
        #expect(try await store.listing(before.id) == ["4 [D] d"])
        #expect(try await store.countersAreTrue(before.id))
        let after = try #require(try await store.read { try $0.counters(of: "INBOX", of: temporary.account) })
        #expect(after.messages == 1 && after.bytes == 1 && after.uidNext == 5)
        #expect(try await store.read { try $0.expunged(in: before.id, since: before.highestModSeq, below: 3) } == [1, 2])
        #expect(try await store.read { try $0.expunged(in: before.id, since: after.highestModSeq, below: .max) } == [])
        #expect(try await store.read { try $0.counters(of: "Nowhere", of: temporary.account)?.messages } == nil)
    }

    @Test func stepsCoverAGiant() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let inbox = try await temporary.giant()
        let odd = UIDSet((0..<1250).map { UID(2 * $0 + 1) })
        #expect(try await store.setFlags(odd, in: inbox, .add(.flagged)).map(\.uid) == odd.ranges.map(\.lowerBound))
        let results = try await store.setFlags(UIDSet([1...UID.max]), in: inbox, .add(.deleted))
        #expect(results.map(\.uid) == (1...2500).map { UID($0) })
        #expect(try await store.expunge(inbox, only: odd).count == 1250)
        #expect(try await store.expunge(inbox).count == 1250)
        #expect(try await store.countersAreTrue(inbox))
    }

    /// More than goes into one commit, in ranges and alone; what was not meant stays.
    @Test func aGiantRemovalGoesInSteps() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let inbox = try await temporary.giant()
        let most = UIDSet((1...2500).filter { $0 % 5 != 0 && $0 != 2499 })
        #expect(try await store.remove(most, from: inbox) == 1999)
        let left = try await store.listing(inbox).map { String($0.prefix { $0 != " " }) }
        #expect(left == (1...2500).filter { $0 % 5 == 0 || $0 == 2499 }.map(String.init))
        #expect(try await store.countersAreTrue(inbox))
        #expect(try await store.check().findings == [])
        #expect(try await store.finishRemovals(from: inbox) == 0)
    }

    @Test func changesTellWhatHappenedSince() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.deliver("a", to: temporary.recipient())
        try await store.deliver("b", to: temporary.recipient())
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        _ = try await store.setFlags(UIDSet([2...2]), in: inbox.id, .add(.seen))
        try await store.deliver("c", to: temporary.recipient())
        _ = try await store.setFlags(UIDSet([1...1]), in: inbox.id, .add(.deleted))
        _ = try await store.expunge(inbox.id)
        let changes = try await store.read { try $0.changes(in: inbox.id, since: inbox.highestModSeq) }
        #expect(changes.vanished == [1])
        #expect(changes.changed.map(\.uid) == [2, 3])
        #expect(changes.info.messages == 2)
        let none = try await store.read { try $0.changes(in: inbox.id, since: changes.info.highestModSeq) }
        #expect(none.vanished.isEmpty && none.changed.isEmpty)
    }

    @Test func recentBelongsToOneSession() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.deliver("a", to: temporary.recipient())
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        #expect(try await store.claimRecent(inbox.id) == 1)
        #expect(try await store.claimRecent(inbox.id) == 2)
        #expect(try await store.info("INBOX", of: temporary.account)?.recent == 0)
        try await store.deliver("b", to: temporary.recipient())
        #expect(try await store.info("INBOX", of: temporary.account)?.recent == 1)
        #expect(try await store.claimRecent(inbox.id) == 2)
    }

    @Test func watchersHearAfterTheCommit() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.deliver("a", to: temporary.recipient())
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        let (heard, hear) = AsyncStream<Void>.makeStream()
        let watch = store.watch(inbox.id) { hear.yield() }
        try await store.deliver("b", to: temporary.recipient())
        var iterator = heard.makeAsyncIterator()
        _ = await iterator.next()
        #expect(try await store.info("INBOX", of: temporary.account)?.messages == 2)
        withExtendedLifetime(watch) {}
    }
}
