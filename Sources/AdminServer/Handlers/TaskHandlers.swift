internal import AdminContract
internal import Foundation
internal import Hummingbird
internal import MailCore
internal import MailStore
internal import NIOCore
internal import ServiceLifecycle

/// `tasks …`
struct TaskHandlers: Sendable {
    let services: AdminServices

    func register(in table: inout HandlerTable) {
        table.add(TasksList.self) { _ in try await desk().list() }
        table.add(TasksShow.self) { try await desk().show(Self.id($0.id)) }
        table.add(TasksLog.self) { try await desk().log(Self.id($0.id)) }
        table.add(TasksStart.self) { asked in
            try await desk().start(asked.name, asked.parameters ?? [:], "an operator", try asked.limit.flatMap(Self.rate))
        }
        table.add(TasksPause.self) { try await desk().order(.pause, Self.id($0.id)) }
        table.add(TasksResume.self) { try await desk().order(.resume, Self.id($0.id)) }
        table.add(TasksCancel.self) { try await desk().order(.cancel, Self.id($0.id)) }
        table.add(TasksLimit.self) { try await desk().limit(Self.id($0.id), Self.rate($0.rate)) }
        table.add(StorageRestore.self) { try await restore(from: $0.path, limit: $0.limit.flatMap(Self.rate)) }
        table.router.get("/api/tasks/{id}/events") { _, context in
            try await events(of: Self.id(context.parameters.get("id") ?? ""))
        }
    }

    /// The store in use may be away or lost: it is not asked.
    private func restore(from path: String, limit: Int?) async throws -> TaskFacts {
        guard let found = try? StoreIdentity.found(in: path) else {
            throw AdminRefusal(.conflict, "There is no backup of mail in \(path).")
        }
        guard found.generation == 0 else {
            throw AdminRefusal(
                .conflict, "What lies in \(path) is a mail store and no backup; \"postern storage move \(path) --adopt\" uses it as it is.")
        }
        return try await desk().start("adopt-store", ["path": path], "an operator", limit)
    }

    private func desk() throws(AdminRefusal) -> TaskDesk { try services.desk() }

    static func id(_ text: String) throws(AdminRefusal) -> Int64 {
        guard let id = Int64(text), id > 0 else { throw AdminRefusal(.invalid, "\"\(text)\" is no task's id, which is a number.") }
        return id
    }

    /// Bytes a second; `nil` for `none`.
    static func rate(_ text: String) throws(AdminRefusal) -> Int? {
        if text == "none" { return nil }
        let plain = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
        guard let rate = ByteCount(text: plain) ?? decimal(plain), rate.bytes >= 1024 else {
            throw AdminRefusal(.invalid, "\"\(text)\" is no rate; write it like 20MB or 20MiB, at least 1KiB a second, or none.")
        }
        return rate.bytes
    }

    /// `20MB`: what drives are sold in.
    private static func decimal(_ text: String) -> ByteCount? {
        for (unit, factor) in [("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000)] where text.hasSuffix(unit) {
            guard let number = Int(text.dropLast(2)), number > 0, number < 1_000_000 else { return nil }
            return ByteCount(number * factor)
        }
        return nil
    }

    /// Server-sent events: a task's facts at each change, until it is over.
    private func events(of id: Int64) async throws -> Response {
        let stream = try await desk().watch(id)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                // The door closes before the tasks end: whoever listens must not hold it open.
                for await facts in stream.cancelOnGracefulShutdown() {
                    var event = ByteBuffer(string: "event: task\ndata: ")
                    event.writeBytes(try encoder.encode(facts))
                    event.writeString("\n\n")
                    try await writer.write(event)
                }
                try await writer.finish(nil)
            })
    }
}
