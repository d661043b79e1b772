import MailCore
import Testing

@testable import Authentication

@Suite struct LoginGuardTests {
    let clock = TestTime()
    let patience: LoginGuard

    init() { patience = LoginGuard(now: clock.now) }

    /// An attempt as a session makes it: waits for its turn, and is judged. How long it waited; `nil` when it was not let in line.
    @discardableResult
    private func attempt(_ name: String, _ from: String?, _ outcome: LoginGuard.Outcome) -> Duration? {
        guard let turn = patience.admit(LoginAttempt(name: name, address: from.map { address($0).limitKey })) else { return nil }
        clock.advance(turn.wait)
        patience.settle(turn, outcome)
        return turn.wait
    }

    private func seconds(_ numbers: Int...) -> [Duration?] { numbers.map { .seconds($0) } }

    @Test func guessingBecomesSlow() {
        let waits = (1...7).map { attempt("name\($0)", "192.0.2.7", .wrong) }
        #expect(waits == seconds(0, 1, 2, 4, 8, 8, 8))
    }

    @Test func anAccountsGuessersAreSlowFromEverywhere() {
        let waits = (1...7).map { attempt("alice", "192.0.2.\($0)", .wrong) }
        #expect(waits == seconds(0, 1, 2, 4, 8, 8, 8))
        // Somebody else is not concerned.
        #expect(attempt("bob", "192.0.2.99", .right) == .zero)
    }

    @Test func anIPv6NetworkIsOnePeer() {
        let waits = (1...3).map { attempt("name\($0)", "2001:db8::\($0)", .wrong) }
        #expect(waits == seconds(0, 1, 2))
        #expect(attempt("name", "2001:db8:0:1::1", .wrong) == .zero)
    }

    @Test func timeForgets() {
        for _ in 1...20 { attempt("alice", "192.0.2.7", .wrong) }
        clock.advance(.seconds(480))
        #expect(attempt("alice", "192.0.2.7", .abandoned) == .seconds(2))
        clock.advance(.seconds(120))
        #expect(attempt("alice", "192.0.2.7", .abandoned) == .zero)
    }

    @Test func aRightPasswordClearsTheAddress() {
        for number in 1...5 { attempt("name\(number)", "192.0.2.7", .wrong) }
        attempt("alice", "192.0.2.7", .right)
        #expect(attempt("bob", "192.0.2.7", .right) == .zero)
    }

    /// What strangers do to an account is nothing to its owner, where he has logged in before.
    @Test func strangersDoNotSlowTheOwner() {
        attempt("alice", "192.0.2.1", .right)
        for number in 2...50 { attempt("alice", "192.0.2.\(number)", .wrong) }
        #expect(attempt("alice", "192.0.2.1", .right) == .zero)
        // From elsewhere he waits, but is let in.
        #expect(attempt("alice", "198.51.100.1", .right) == .seconds(8))
        #expect(attempt("alice", "198.51.100.1", .right) == .zero)
        // And what he does does not clear the strangers' way.
        #expect(attempt("alice", "192.0.2.99", .wrong) == .seconds(8))
    }

    /// Nor is what a colleague behind the same address does to the address.
    @Test func neighboursDoNotSlowTheOwner() {
        attempt("alice", "192.0.2.1", .right)
        for number in 1...9 { attempt("name\(number)", "192.0.2.1", .wrong) }
        #expect(attempt("alice", "192.0.2.1", .right) == .zero)
    }

    @Test func whoGuessesWhereTheOwnerIsIsSlowToo() {
        attempt("alice", "192.0.2.1", .right)
        let waits = (1...5).map { _ in attempt("alice", "192.0.2.1", .wrong) }
        #expect(waits == seconds(0, 1, 2, 4, 8))
    }

    @Test func acquaintanceEnds() {
        attempt("alice", "192.0.2.1", .right)
        for number in 2...9 { attempt("alice", "192.0.2.\(number)", .wrong) }
        clock.advance(LoginGuard.acquaintance)
        for number in 2...9 { attempt("alice", "192.0.2.\(number)", .wrong) }
        #expect(attempt("alice", "192.0.2.1", .right) == .seconds(8))
    }

    @Test func webMailIsSlowByAccountOnly() {
        for number in 1...20 { #expect(attempt("name\(number)", nil, .wrong) == .zero) }
        let waits = (1...4).map { _ in attempt("alice", nil, .wrong) }
        #expect(waits == seconds(0, 1, 2, 4))
        #expect(attempt("bob", nil, .wrong) == .zero)
        // There is no acquaintance: everybody comes from there. But who is right clears his own way.
        #expect(attempt("alice", nil, .right) == .seconds(8))
        #expect(attempt("alice", nil, .right) == .zero)
    }

    @Test func strangersDoNotSlowWebMail() {
        for number in 1...9 { attempt("alice", "192.0.2.\(number)", .wrong) }
        #expect(attempt("alice", nil, .right) == .zero)
    }

    /// Attempts made at once stand in line, each behind the one before, and the line has an end.
    @Test func attemptsAtOnceStandInLine() {
        for _ in 1...2 { attempt("alice", "192.0.2.7", .wrong) }
        let at = LoginAttempt(name: "bob", address: address("192.0.2.7"))
        let waits = (1...14).map { _ in patience.admit(at)?.wait }
        #expect(waits == (1...12).map { .seconds(2 * $0) } + [nil, nil])
        // Whoever hangs up has used his turn; time goes on for the line.
        clock.advance(.seconds(10))
        #expect(patience.admit(at)?.wait == .seconds(16))
        #expect(patience.admit(LoginAttempt(name: "bob", address: address("192.0.2.8")))?.wait == .zero)
    }

    /// A burst from an address that nothing is held against: an office after a restart, or one who wants to be first.
    @Test func aBurstIsStretched() {
        let at = LoginAttempt(name: "alice", address: address("192.0.2.7"))
        let turns = (1...20).compactMap { _ in patience.admit(at) }
        #expect(turns.map(\.wait) == Array(repeating: .zero, count: 16) + (1...4).map { .milliseconds(100 * $0) })
        // Who is right makes room at once.
        clock.advance(.seconds(1))
        for turn in turns { patience.settle(turn, .right) }
        #expect(patience.admit(LoginAttempt(name: "bob", address: address("192.0.2.7")))?.wait == .zero)
    }
}

@Suite struct DelayTableTests {
    @Test func isBounded() {
        var table = DelayTable<Int>(capacity: 8)
        for key in 1...100 {
            table.blame(key, at: .seconds(key))
            #expect(table.count <= 8)
        }
        // The oldest went.
        #expect(table.delay(100, at: .seconds(100)) == .seconds(1))
        #expect(table.delay(90, at: .seconds(100)) == .zero)
    }

    @Test func whatSaysNothingGoesFirst() {
        var table = DelayTable<Int>(capacity: 4)
        for key in 1...2 { table.blame(key, at: .seconds(1)) }
        for key in 3...4 {
            table.blame(key, at: .seconds(2))
            table.forgive(key, at: .seconds(2))
        }
        table.blame(5, at: .seconds(3))
        #expect([1, 2, 3, 4, 5].filter { table.delay($0, at: .seconds(3)) > .zero } == [1, 2, 5])
        #expect(table.count == 3)
    }

    @Test func whatIsRememberedStays() {
        var table = DelayTable<Int>(capacity: 4, lifetime: .seconds(100))
        table.remember(1, at: .zero)
        for key in 2...4 {
            table.blame(key, at: .zero)
            table.forgive(key, at: .zero)
        }
        table.remember(5, at: .seconds(99))
        #expect(table.contains(1, at: .seconds(99)) && table.contains(5, at: .seconds(99)))
        #expect(!table.contains(1, at: .seconds(100)))
        #expect(!table.contains(2, at: .zero))
    }
}
