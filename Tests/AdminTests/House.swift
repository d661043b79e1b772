import AdminContract
import AdminServer
import Certificates
import Foundation
import Host
import Housekeeping
import Logging
import MailCore
import MailSettings
import MailStore
import NIOCore
import StateStore

@testable import posternd

/// A daemon's operators' door with real stores behind it, in a temporary folder.
struct House: Sendable {
    let folder: String
    let settings: LiveSettings
    let state: StateStore
    let store: MailStore

    var socket: String { folder + "/admin.sock" }
    var settingsFile: String { folder + "/postern.toml" }

    /// What the first start makes; making one for each house would take a while.
    private static let defaultCertificate = Result {
        try SelfSigned.make(name: "default", hostName: "gw.example.org", at: Int64(Date().timeIntervalSince1970))
    }

    /// Runs `body` while the socket is served; everything is closed and removed afterwards.
    static func open<T>(
        permission: AdminPermission = .operators, overrides: [(key: String, value: String)] = [], tasks: TaskDesk? = nil,
        _ body: (House) async throws -> T
    ) async throws -> T {
        let folder = "/tmp/postern-admin-\(UInt32.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let file = SettingsFile(path: folder + "/postern.toml", overrides: overrides + [("accounts.password-iterations", "4096")])
        let settings = LiveSettings(try file.read())
        let state = try StateStore(path: folder + "/state.sqlite", logger: logger)
        defer { state.close() }
        try FileManager.default.createDirectory(atPath: folder + "/mail", withIntermediateDirectories: false)
        let store = try MailStore(
            folder: folder + "/mail",
            configuration: StoreConfiguration(
                freeSpaceFloor: { .mebibytes(1) }, memory: .kept(in: state, standard: folder + "/mail")), logger: logger)
        let house = House(folder: folder, settings: settings, state: state, store: store)
        let certificate = try defaultCertificate.get()
        try await state.putCertificate("default", .selfSigned, certificate.pairs.map { .init(chain: $0.chain, key: $0.key) })
        let certificates = try await CertificateKeeper(state: state, hostName: "gw.example.org", logger: logger)
        let services = AdminServices(
            settings: settings, settingsFile: file, state: state, store: store, certificates: certificates.desk,
            sending: SendingControl(
                tryHostsAgain: {}, testRelay: { [RelayTest.Step(name: "greeting", isOK: true, words: "the relay answers")] },
                validation: { "answers are validated" }),
            version: "1.2.3",
            services: { [.init(name: "smtp", addresses: ["127.0.0.1:25"], connections: 3)] }, warnings: { ["The moon is full."] },
            tasks: tasks
                ?? TaskService(
                    state: state, store: store, settings: settings, standard: folder + "/mail",
                    gatekeeper: GatekeeperClient(path: folder + "/nobody"), logger: logger
                ).desk, logger: logger)
        let (listening, isListening) = AsyncStream.makeStream(of: Void.self)
        let admin = AdminSocket(path: house.socket, services: services, permission: permission) { isListening.finish() }
        let serving = Task {
            defer { isListening.finish() }
            try await admin.run()
        }
        for await _ in listening {}
        let result: Result<T, any Error>
        do { result = .success(try await body(house)) } catch { result = .failure(error) }
        serving.cancel()
        _ = try? await serving.value
        await store.close()
        return try result.get()
    }

    /// A message that waits for others' servers.
    @discardableResult
    func enqueue(to recipients: [String], origin: MessageOrigin? = nil) async throws -> MessageID {
        let message = store.newMessage()
        try await message.append(ByteBuffer(string: "Subject: hi\r\n\r\n"))
        let envelope = OutgoingEnvelope(
            sender: .nobody, recipients: recipients.compactMap { MailAddress($0).map { OutgoingRecipient($0) } })
        try await store.deliver(message, to: [], queue: envelope, origin: origin)
        return message.id
    }

    /// One request, one answer, over a connection of its own.
    func ask(_ method: String, _ path: String, _ body: String? = nil) async throws -> (status: Int, body: String) {
        // it blocks, so it runs on a thread of its own: the server needs the others
        try await withCheckedThrowingContinuation { done in
            Thread { [socket] in done.resume(with: Result { try SocketRequest(socket).ask(method, path, body) }) }.start()
        }
    }
}
