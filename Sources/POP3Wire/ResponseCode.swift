/// What a program may conclude from a `-ERR`, in brackets before the text. RFC 2449 §8, RFC 3206 §4
public enum ResponseCode: String, Hashable, Sendable, CaseIterable {
    /// The password was right, but somebody else works on this maildrop. RFC 2449 §8.1.2
    case inUse = "IN-USE"
    /// The world failed us and may be better soon. RFC 3206 §4
    case temporarily = "SYS/TEMP"
    /// The world failed us, and somebody has to look at it. RFC 3206 §4
    case permanently = "SYS/PERM"
    /// The credentials are at fault: it is worth asking the person for others. RFC 3206 §4
    case authentication = "AUTH"
}
