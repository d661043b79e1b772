import Connections
import IMAPWire
import MailStore
import MessageFormat
import NIOCore

/// The answer of a message that is too large for one step: what the index knows of it is made already, the sections are read in
/// pieces while it is sent.
struct GiantRow: Sendable {
    enum Part: Sendable {
        case text(ByteBuffer)
        case section(FetchItem)
    }

    let facts: RowFacts
    let headerLength: Int
    let needsStructure: Bool
    private(set) var parts: [Part]

    init(_ facts: RowFacts, _ summary: SummaryParts?, in context: RowContext) {
        self.facts = facts
        headerLength = summary?.headerLength ?? 0
        needsStructure = context.plan.needsStructure
        parts = []
        var text = ByteBuffer()
        text.beginRow(facts)
        for (index, item) in context.plan.items.enumerated() {
            if index > 0 { text.writeStaticString(" ") }
            if item.section == nil {
                text.writeItem(item, of: facts, in: context, summary)
            } else {
                parts += [.text(text), .section(item)]
                text.clear()
            }
        }
        text.endRow(facts, in: context)
        parts.append(.text(text))
    }
}

extension IMAPSession {
    /// Answers whether the message could be read.
    mutating func tell(_ row: GiantRow) async throws -> Bool {
        let contents: [SectionContent]
        do {
            contents = try await resolve(row)
        } catch let error as StoreError {
            journalFailure(error)
            return false
        }
        var next = contents.makeIterator()
        for part in row.parts {
            switch part {
            case .text(let text): connection.write(text)
            case .section(let item):
                guard let content = next.next() else { preconditionFailure("every section of a row has its content") }
                write { $0.beginSection(item, count: content.count) }
                try await send(content, of: row.facts.message)
            }
        }
        try await relieve()
        return true
    }

    /// Where every section lies, found without ever holding the message.
    private func resolve(_ row: GiantRow) async throws -> [SectionContent] {
        let structure = row.needsStructure ? try await structure(of: row.facts.message) : nil
        var contents: [SectionContent] = []
        for case .section(let item) in row.parts {
            guard let (section, partial) = item.section else { continue }
            contents.append(
                try await services.store.read { snapshot in
                    try SectionContent(
                        section, partial: partial, size: row.facts.message.size, headerLength: row.headerLength, structure: structure,
                        header: MessageSource.store(snapshot, row.facts.message).octets)
                })
        }
        return contents
    }

    /// The structure of a message, read in pieces.
    func structure(of message: StoredMessage) async throws -> MessageStructure {
        var parser = StructureParser()
        var offset = 0
        while offset < message.size {
            let range = offset..<min(offset + FetchStep.piece, message.size)
            let before = parser
            parser = try await services.store.read { snapshot in
                var parser = before
                try snapshot.withBytes(of: message, range) { parser.feed($0) }
                return parser
            }
            offset = range.upperBound
        }
        return parser.finish()
    }

    /// Once a literal has begun, nothing else can be said before its end.
    private mutating func send(_ content: SectionContent, of message: StoredMessage) async throws {
        guard case .range(let range) = content else {
            if case .made(let octets) = content { connection.write(octets) }
            return
        }
        isInsideLiteral = true
        var offset = range.lowerBound
        while offset < range.upperBound {
            let piece = offset..<min(offset + FetchStep.piece, range.upperBound)
            do {
                connection.write(try await services.store.read { try $0.bytes(of: message, piece) })
            } catch {
                journalFailure(error)
                throw Farewell(nil)
            }
            try await relieve()
            offset = piece.upperBound
        }
        isInsideLiteral = false
    }
}
