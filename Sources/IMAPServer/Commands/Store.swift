import IMAPWire
import MailCore
import MailStore

/// `STORE set [+|-]FLAGS[.SILENT] flags`, `UID STORE …` — RFC 3501 §6.4.6
struct Store: IMAPCommand {
    static let rule = CommandRule("STORE", in: .selected, uid: .either, news: .keepingNumbers, looksForNews: true)

    enum Manner: Sendable { case replace, add, remove }

    var set: SequenceSet
    var manner: Manner
    var isSilent: Bool
    var flags: [FlagName]
    var byUID: Bool

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        self.byUID = byUID
        try line.space()
        set = try SequenceSet(parsing: &line)
        try line.space()
        manner = line.take(UInt8(ascii: "+")) ? .add : line.take(UInt8(ascii: "-")) ? .remove : .replace
        try line.expect("FLAGS")
        isSilent = line.take(".SILENT")
        try line.space()
        flags = line.peek == UInt8(ascii: "(") ? try line.flagList() : try line.flags()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        let choice = try session.writableView().choose(set, byUID: byUID)
        // RFC 3501 §6.4.6: what others did is told also where our own change is not.
        if isSilent { try await session.tellNews(mayExpunge: false, isAskedFor: false, withUID: byUID) }
        let view = session.selected
        let named = Flags(flags)
        let change: FlagChange =
            switch manner {
            case .replace: .replace(named)
            case .add: .add(named)
            case .remove: .remove(named)
            }
        let results = try await session.services.store.setFlags(view.uids(of: choice), in: view.id, change, keywords: flags.keywords)
        for message in results { session.toldFlags[message.uid] = message.modSeq }
        if results.contains(where: { $0.flags.exceed(view.keywords) }) {
            // The names of new keywords come before the first message that has one.
            try await session.tellNews(mayExpunge: false, isAskedFor: true, withUID: byUID)
        }
        if !isSilent {
            for message in results {
                guard let number = session.selected.numbers.number(of: message.uid) else { continue }
                session.tellFlags(of: message, number: number, withUID: byUID)
                try await session.relieve()
            }
        }
        // RFC 2180 §4.2.1
        guard byUID || results.count >= choice.count else { throw IMAPRefusal.someAreGone }
        return .ok("The flags are set")
    }
}
