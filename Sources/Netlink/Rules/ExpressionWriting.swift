/// Expressions as the kernel wants them (NFTA_LIST_ELEM of NFTA_EXPR_NAME and NFTA_EXPR_DATA).
extension Expression {
    /// `setID` is the number that the set of a lookup has within its batch.
    func write(to writer: inout NetlinkWriter, setID: UInt32?) {
        writer.nest(1) { writer in
            writer.attribute(1, name)
            writer.nest(2) { data(to: &$0, setID: setID) }
        }
    }

    private var name: String {
        switch self {
        case .load(.connectionState, _): "ct"
        case .load(.destinationPort, _), .load(.networkHeader, _): "payload"
        case .load: "meta"
        case .compare: "cmp"
        case .range: "range"
        case .mask: "bitwise"
        case .lookup: "lookup"
        case .constant, .verdict: "immediate"
        case .counter: "counter"
        case .reject: "reject"
        case .harmless(let name), .other(let name): name
        }
    }

    private func data(to writer: inout NetlinkWriter, setID: UInt32?) {
        switch self {
        case .load(let field, let register): field.write(to: &writer, register)
        case .compare(let register, let comparison, let value):
            writer.attribute(1, register.number)
            writer.attribute(2, comparison.rawValue)
            writer.nest(3) { $0.attribute(1, value) }
        case .mask(let from, let into, let mask, let flip):
            writer.attribute(1, from.number)
            writer.attribute(2, into.number)
            writer.attribute(3, UInt32(mask.count))
            writer.nest(4) { $0.attribute(1, mask) }
            writer.nest(5) { $0.attribute(1, flip) }
        case .lookup(let register, let set, _):
            writer.attribute(1, set.name)
            writer.attribute(2, register.number)
            if let setID { writer.attribute(4, setID) }
        case .verdict(let verdict):
            writer.attribute(1, UInt32(0))
            writer.nest(2) { verdict.write(to: &$0) }
        case .counter(let packets, let bytes):
            writer.attribute(1, bytes)
            writer.attribute(2, packets)
        case .range, .constant, .reject, .harmless, .other:
            preconditionFailure("our own rules have no \(name)")
        }
    }
}

extension Field {
    /// The kernel's numbers of what `meta` loads.
    static let metaKeys: [UInt32: Field] = [
        4: .inputInterfaceIndex, 6: .inputInterfaceName, 15: .networkProtocol, 16: .transportProtocol,
    ]

    fileprivate func write(to writer: inout NetlinkWriter, _ register: Register) {
        switch self {
        case .connectionState:
            writer.attribute(1, register.number)
            writer.attribute(2, UInt32(0))
        case .destinationPort: payload(to: &writer, register, base: 2, offset: 2, length: 2)
        case .networkHeader(let offset, let length): payload(to: &writer, register, base: 1, offset: offset, length: length)
        case .inputInterfaceName, .inputInterfaceIndex, .networkProtocol, .transportProtocol:
            guard let key = Self.metaKeys.first(where: { $0.value == self })?.key else { preconditionFailure("every meta field has a key") }
            writer.attribute(1, register.number)
            writer.attribute(2, key)
        case .other(let name): preconditionFailure("our own rules load no \(name)")
        }
    }

    private func payload(to writer: inout NetlinkWriter, _ register: Register, base: UInt32, offset: UInt32, length: UInt32) {
        writer.attribute(1, register.number)
        writer.attribute(2, base)
        writer.attribute(3, offset)
        writer.attribute(4, length)
    }
}

extension Verdict {
    /// NFTA_DATA_VERDICT
    func write(to writer: inout NetlinkWriter) {
        writer.nest(2) { writer in
            writer.attribute(1, UInt32(bitPattern: code))
            switch self {
            case .jump(let chain), .goto(let chain): writer.attribute(2, chain)
            default: break
            }
        }
    }

    private var code: Int32 {
        switch self {
        case .drop: 0
        case .accept: 1
        case .queue: 3
        case .continue: -1
        case .jump: -3
        case .goto: -4
        case .return: -5
        }
    }

    /// `data` are the attributes of an nft_data; `nil` when they hold no verdict, or one that nobody may give.
    init?(_ data: [UInt16: ArraySlice<UInt8>]) {
        guard let verdict = data[2]?.nested, let code = verdict[1]?.big32 else { return nil }
        let chain = verdict[2]?.netlinkText
        switch (Int32(bitPattern: code), chain) {
        // The upper half of a queue verdict is the queue's number.
        case (0, _): self = .drop
        case (1, _): self = .accept
        case (let code, _) where code > 0 && code & 0xFF == 3: self = .queue
        case (-1, _): self = .continue
        case (-3, let chain?): self = .jump(chain)
        case (-4, let chain?): self = .goto(chain)
        case (-5, _): self = .return
        default: return nil
        }
    }
}
