internal import AdminContract
internal import Foundation
internal import Hummingbird
internal import NIOCore

/// Reads an operation out of a request: some of its parameters stand in the path, the others in a JSON object.
enum OperationRequest {
    static func read<Operation: AdminOperation>(
        _: Operation.Type, from request: Request, _ context: AdminContext
    ) async throws -> Operation {
        let body = try await bytes(of: request, limit: context.maxUploadSize)
        var object = try jsonObject(body)
        for name in Operation.spec.pathParameters {
            guard object[name] == nil else { throw AdminRefusal(.invalid, "\(name) is in the path; the body must not have it too.") }
            guard let raw = context.parameters.get(name), let text = raw.removingPercentEncoding else {
                throw AdminRefusal(.invalid, "The path is not percent-encoded UTF-8.")
            }
            object[name] = text
        }
        if let unknown = object.keys.sorted().first(where: { !Operation.parameters.contains($0) }) {
            let known = Operation.parameters.isEmpty ? "none" : Operation.parameters.joined(separator: ", ")
            throw AdminRefusal(.invalid, "\"\(Operation.spec.name)\" has no parameter \(unknown); it has \(known).")
        }
        do {
            return try JSONDecoder().decode(Operation.self, from: JSONSerialization.data(withJSONObject: object))
        } catch let error as DecodingError {
            throw AdminRefusal(.invalid, sentence(about: error, Operation.spec))
        }
    }

    private static func bytes(of request: Request, limit: Int) async throws -> Data {
        do {
            return Data((try await request.body.collect(upTo: limit)).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw AdminRefusal(.tooLarge, "The request has more than 1 MiB.")
        }
    }

    private static func jsonObject(_ body: Data) throws -> [String: Any] {
        if body.isEmpty { return [:] }
        guard let object = (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] else {
            throw AdminRefusal(.invalid, "The body must be one JSON object.")
        }
        return object
    }

    private static func sentence(about error: DecodingError, _ spec: OperationSpec) -> String {
        switch error {
        case .keyNotFound(let key, _): return "\"\(spec.name)\" needs the parameter \(key.stringValue)."
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return "The parameter \(path) of \"\(spec.name)\" is of the wrong type."
        @unknown default: return "The parameters of \"\(spec.name)\" cannot be read."
        }
    }
}
