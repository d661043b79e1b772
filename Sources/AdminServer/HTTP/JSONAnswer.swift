internal import Foundation
internal import Hummingbird
internal import NIOCore

/// Values as JSON bodies, their keys in order.
enum JSONAnswer {
    static func response(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var body = ByteBuffer()
        body.writeBytes(try encoder.encode(value))
        body.writeInteger(UInt8(ascii: "\n"))
        return Response(
            status: .ok, headers: [.contentType: "application/json", .contentLength: String(body.readableBytes)],
            body: ResponseBody(byteBuffer: body))
    }
}
