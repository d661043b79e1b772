internal import MailCore

/// How far a check has come.
public struct StoreCheckCourse: Hashable, Sendable {
    /// What is to be proven next; `nil` at the end.
    public private(set) var next: StoreCheckPlace? = .start
    /// Up to where messages were read back before it was their turn.
    private(set) var ahead: StoreCheckPlace?

    public init() {}

    /// What lies before `place` is proven, and messages are read back up to `ahead`.
    mutating func goOn(to place: StoreCheckPlace?, ahead: StoreCheckPlace? = nil) {
        (next, self.ahead) = (place, ahead ?? self.ahead)
        guard case .messages? = next, let ahead = self.ahead else { return }
        (next, self.ahead) = (ahead, nil)
    }

    /// As words, and back.
    public var text: String {
        guard let next else { return "end" }
        return [next, ahead].compactMap { $0?.text }.joined(separator: ", ")
    }

    public init?(text: String) {
        guard text != "end" else {
            next = nil
            return
        }
        let places = text.parts(at: ",", keepingEmpty: true).map { StoreCheckPlace(text: String($0)) }
        guard let first = places.first, let place = first, places.count <= 2, !places.contains(nil) else { return nil }
        next = place
        ahead = places.count == 2 ? places[1] : nil
    }

    /// What is being looked at, for people.
    public var item: String { [next, ahead].compactMap { $0?.item }.joined(separator: ", ") }
}
