internal import MailCore

/// A name as it is asked for: labels beyond ASCII become A-labels (`xn--…`, RFC 5891 §4.4). They are taken as they are, in lower case;
/// whoever writes an address in UTF-8 must write it normalised (RFC 6531 §3.3).
public enum ASCIIName {
    /// `nil` when a label is empty or longer than 63 octets, or the whole longer than 253.
    public static func of(_ name: String) -> String? {
        var labels: [String] = []
        for label in name.parts(at: ".", keepingEmpty: true) {
            guard let ascii = label.utf8.allSatisfy({ $0 < 0x80 }) ? String(label) : encoded(label.lowercased()) else { return nil }
            guard (1...63).contains(ascii.utf8.count), ascii.utf8.allSatisfy({ $0 > 32 && $0 != 127 && $0 != 92 }) else { return nil }
            labels.append(ascii)
        }
        let joined = labels.joined(separator: ".")
        return joined.utf8.count <= 253 ? joined : nil
    }

    /// Punycode with its prefix; `nil` when it is too long anyway. RFC 3492 §6.3
    private static func encoded(_ label: String) -> String? {
        let scalars = label.unicodeScalars.map(\.value)
        guard scalars.count <= 63 else { return nil }
        var output = scalars.filter { $0 < 0x80 }.map { UInt8($0) }
        let basic = output.count
        var handled = basic
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var threshold: UInt32 = 128
        var delta = 0
        var bias = 72
        while handled < scalars.count {
            guard let next = scalars.filter({ $0 >= threshold }).min() else { return nil }
            delta += Int(next - threshold) * (handled + 1)
            threshold = next
            for scalar in scalars {
                if scalar < threshold { delta += 1 }
                guard scalar == threshold else { continue }
                append(delta, bias: bias, to: &output)
                bias = adapted(delta, points: handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            threshold += 1
        }
        return "xn--" + String(decoding: output, as: UTF8.self)
    }

    /// A number of variable length. RFC 3492 §3.3
    private static func append(_ delta: Int, bias: Int, to output: inout [UInt8]) {
        var rest = delta
        var place = 36
        while true {
            let limit = min(max(place - bias, 1), 26)
            guard rest >= limit else { return output.append(digit(rest)) }
            output.append(digit(limit + (rest - limit) % (36 - limit)))
            rest = (rest - limit) / (36 - limit)
            place += 36
        }
    }

    private static func digit(_ value: Int) -> UInt8 { UInt8(truncatingIfNeeded: value < 26 ? value + 97 : value + 22) }

    /// RFC 3492 §6.1
    private static func adapted(_ delta: Int, points: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / points
        var bias = 0
        while delta > 455 {
            delta /= 35
            bias += 36
        }
        return bias + 36 * delta / (delta + 38)
    }
}
