import Foundation
import MessageFormat
import Testing

/// Letters in one form are found in every other form of them, as Foundation's tables have it.
@Suite struct FoldingTests {
    private static let letters: [Unicode.Scalar] = [
        0xC0...0x24F, 0x370...0x556, 0x620...0x6FF, 0x1E00...0x1EFF, 0x3041...0x30FF, 0xAC00...0xAD00,
    ]
    .joined().compactMap { Unicode.Scalar($0) }.filter { $0.properties.isAlphabetic && $0 != "\u{374}" }

    private static func occurs(_ needle: String, _ text: String) -> Bool { Needle(needle).occurs(inHeaderValue: text.utf8) }

    @Test func composedAndDecomposed() {
        for letter in Self.letters.map(String.init) {
            let marks = letter.decomposedStringWithCanonicalMapping
            #expect(Self.occurs(letter, "x\(marks)y"), "\(letter) in \(marks)")
            #expect(Self.occurs(marks, "x\(letter)y"), "\(marks) in \(letter)")
            #expect(Self.occurs(marks.uppercased(), "x\(letter)y"), "\(letter)")
        }
    }

    @Test func smallAndCapital() {
        for letter in Self.letters.map(String.init) where letter != "ı" {
            #expect(Self.occurs(letter.uppercased(), "x\(letter)y"), "\(letter)")
            #expect(Self.occurs(letter.lowercased(), "x\(letter)y"), "\(letter)")
            #expect(Self.occurs(letter, "x\(letter.uppercased())y"), "\(letter)")
        }
    }

    @Test func lettersStayDifferent() {
        let folded = ["a", "ä", "á", "e", "é", "o", "ø", "ö", "s", "š", "и", "й", "か", "が", "β", "в"]
        for (i, a) in folded.enumerated() { for (j, b) in folded.enumerated() where i != j { #expect(!Self.occurs(a, b), "\(a) in \(b)") } }
    }
}
