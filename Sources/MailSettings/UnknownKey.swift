internal import MailCore

/// A name that is no setting, and the setting that was probably meant.
struct UnknownKey {
    /// For a person: `smtp.prot is not a setting; did you mean smtp.port?`
    let sentence: String

    init(_ name: String, among keys: [String]) {
        if keys.contains(where: { $0.hasPrefix(name + ".") }) {
            sentence = "\(name) is a group of settings, not a setting; write \(name).NAME = VALUE."
        } else if let setting = keys.first(where: { name.hasPrefix($0 + ".") }) {
            sentence = "\(name) is not a setting; \(setting) is one, and has nothing below it."
        } else if let meant = Self.nearest(to: name, among: keys) {
            sentence = "\(name) is not a setting; did you mean \(meant)?"
        } else {
            sentence = "\(name) is not a setting; \"postern settings list\" shows all."
        }
    }

    /// The key with the fewest differences, if these are few; else one that ends in the same name.
    static func nearest(to name: String, among keys: [String]) -> String? {
        let limit = max(1, min(3, name.utf8.count / 4))
        let measured = keys.map { (key: $0, distance: distance(name, $0)) }
        if let best = measured.min(by: { $0.distance < $1.distance }), best.distance <= limit { return best.key }
        let last = name.parts(at: ".").last.map(String.init) ?? name
        return keys.first { $0.hasSuffix("." + last) }
    }

    /// Levenshtein's distance over bytes; names longer than 100 bytes count as far from everything.
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.utf8)
        let b = Array(b.utf8)
        guard a.count <= 100, b.count <= 100 else { return .max }
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let replaced = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
