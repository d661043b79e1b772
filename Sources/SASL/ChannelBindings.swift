/// What the two ends of an encrypted channel know and nobody between them can have in common with both.
public struct ChannelBindings: Sendable, Hashable {
    /// `tls-server-end-point`, RFC 5929 §4
    public var endPoint: [UInt8]
    /// `tls-exporter`, RFC 9266 §4; `nil` below TLS 1.3.
    public var exporter: [UInt8]?

    public init(endPoint: [UInt8], exporter: [UInt8]?) {
        self.endPoint = endPoint
        self.exporter = exporter
    }

    /// The data of the type that a client names; `nil` when it cannot be had here. Names are compared as they are.
    func data(named name: some Sequence<UInt8>) -> [UInt8]? {
        if name.elementsEqual("tls-exporter".utf8) { return exporter }
        if name.elementsEqual("tls-server-end-point".utf8) { return endPoint.isEmpty ? nil : endPoint }
        return nil
    }
}
