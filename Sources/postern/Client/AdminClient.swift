internal import AdminContract
internal import FoundationEssentials

/// Performs operations by asking the daemon: one connection a call.
struct AdminClient {
    let socket: String

    /// Throws what the daemon refused (`AdminRefusal`), or `Unreachable`.
    func perform<Operation: AdminOperation>(_ operation: Operation) throws -> Operation.Answer {
        let encoded = try JSONEncoder().encode(operation)
        var parameters = try JSONDecoder().decode([String: JSONValue].self, from: encoded)
        let path = Operation.spec.path { name in parameters.removeValue(forKey: name)?.string }
        let body = parameters.isEmpty ? Data() : try JSONEncoder().encode(parameters)
        let answer = try HTTPExchange(socket: socket).ask(Operation.spec.method.rawValue, path, body: Array(body))
        let decoder = JSONDecoder()
        let data = Data(answer.body)
        do {
            if answer.status == 200 { return try decoder.decode(Operation.Answer.self, from: data) }
            throw try decoder.decode(AdminRefusal.self, from: data)
        } catch is DecodingError {
            throw Unreachable("What answers at \(socket) (status \(answer.status)) is no Postern of this version.")
        }
    }
}

/// The daemon could not be asked.
struct Unreachable: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
