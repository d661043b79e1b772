extension SearchProgram {
    /// Tests one message. `test` answers for a key, or `nil` when it cannot tell from what is at hand; so does the whole.
    ///
    /// What a decided group still holds is not tested. Three-valued, iterative: one frame a group that is open.
    public func evaluate<E>(_ test: (Key) throws(E) -> Bool?) throws(E) -> Bool? {
        // The outermost group, which needs no frame: most searches have no other.
        var isUndecided = false
        var frames: [Frame] = []
        var index = 1
        while index < nodes.count {
            var value: Bool?
            switch nodes[index] {
            case .every(let end): frames.append(Frame(end: end, deciding: false))
            case .any(let end): frames.append(Frame(end: end, deciding: true))
            case .not: frames.append(Frame(end: 0, deciding: nil))
            case .key(let key):
                value = try test(key)
                index += 1
                if Self.carry(&value, up: &frames, &index) {
                    if value == false { return false }
                    if value == nil { isUndecided = true }
                }
                continue
            }
            index += 1
        }
        return isUndecided ? nil : true
    }

    /// Ends the groups that a value ends; answers whether it has come out of all of them.
    private static func carry(_ value: inout Bool?, up frames: inout [Frame], _ index: inout Int) -> Bool {
        while let frame = frames.last {
            guard let deciding = frame.deciding else {
                value = value.map { !$0 }
                frames.removeLast()
                continue
            }
            if value == deciding {
                index = frame.end
            } else if index < frame.end {
                if value == nil { frames[frames.count - 1].isUndecided = true }
                return false
            } else {
                value = value == nil || frame.isUndecided ? nil : !deciding
            }
            frames.removeLast()
        }
        return true
    }
}

/// A group that is being tested.
private struct Frame {
    var end: Int
    /// What decides the group at once: `false` for every, `true` for any. A denial has neither end nor this.
    var deciding: Bool?
    var isUndecided = false
}
