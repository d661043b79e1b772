internal import COpenSSL

/// The protocols that a port is for, by their registered names. A client that names others only was led here from elsewhere: a web
/// browser would take our answers for a page of the host that it meant. RFC 7301 §3.2
final class ApplicationProtocols: Sendable {
    /// As they go over the wire: a length octet before each name.
    private let wire: [UInt8]

    init(_ names: [String]) { wire = names.flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8) } }

    /// Must outlive the context.
    func attach(to context: OpaquePointer) {
        guard !wire.isEmpty else { return }
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, chosenLength, offered, offeredLength, argument in
                guard let argument, let chosen, let chosenLength, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                let protocols = Unmanaged<ApplicationProtocols>.fromOpaque(argument).takeUnretainedValue()
                guard let range = protocols.choose(UnsafeBufferPointer(start: offered, count: Int(offeredLength))) else {
                    return SSL_TLSEXT_ERR_ALERT_FATAL
                }
                chosen.pointee = offered + range.lowerBound
                chosenLength.pointee = UInt8(range.count)
                return SSL_TLSEXT_ERR_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Where the first of the client's names that is ours stands in its list.
    func choose(_ offered: some RandomAccessCollection<UInt8>) -> Range<Int>? {
        let offered = Array(offered)
        var place = 0
        while place < offered.count, place + Int(offered[place]) < offered.count {
            let name = place + 1..<place + 1 + Int(offered[place])
            if !name.isEmpty, knows(offered[name]) { return name }
            place = name.upperBound
        }
        return nil
    }

    private func knows(_ name: ArraySlice<UInt8>) -> Bool {
        var place = 0
        while place < wire.count {
            let own = place + 1..<place + 1 + Int(wire[place])
            if wire[own] == name { return true }
            place = own.upperBound
        }
        return false
    }
}
