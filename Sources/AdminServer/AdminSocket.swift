internal import Glibc
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import MailCore
internal import NIOPosix
public import ServiceLifecycle

/// The operators' door: HTTP and JSON on a Unix socket, answered until the service is shut down.
public struct AdminSocket: Service {
    /// One thread for operators, as long as the process lives: the HTTP server still lets go of its parts when its run has ended.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private let path: String
    private let services: AdminServices
    private let permission: AdminPermission
    private let onListening: @Sendable () async -> Void

    /// `path` has at most 107 bytes; a socket that an earlier run left there is replaced. `onListening` is called when the first
    /// request would be answered.
    public init(
        path: String, services: AdminServices, permission: AdminPermission = .operators,
        onListening: @escaping @Sendable () async -> Void = {}
    ) {
        self.path = path
        self.services = services
        self.permission = permission
        self.onListening = onListening
    }

    public func run() async throws {
        guard path.utf8.count < SocketFile.longestPath else { throw SocketFile.PathTooLong(path: path) }
        var quiet = services.logger
        quiet.logLevel = max(.warning, quiet.logLevel)
        let application = Application(
            router: OperationRoutes.router(services, permission),
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(60),
                    httpDecoderConfiguration: .init(maxHeaderFieldSize: 8192, maxHeaderListSize: 16384, maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: path), availableConnectionsDelegate: MaximumAvailableConnections(64)),
            onServerRunning: { [path, services, onListening] _ in
                SocketFile.share(path, logger: services.logger)
                await onListening()
            },
            eventLoopGroupProvider: .shared(Self.group), logger: quiet)
        defer { unlink(path) }
        try await application.run()
    }
}

/// The socket as a file.
enum SocketFile {
    /// Room in `sockaddr_un`, with the closing zero.
    static let longestPath = 108

    struct PathTooLong: Error, CustomStringConvertible {
        var path: String
        var description: String { "The path of a socket has at most 107 bytes, which \(path) exceeds; choose a shorter state folder." }
    }

    /// Lets the group of operators in, when there is one: mode 0660. Who may do what is decided for each request anyhow.
    static func share(_ path: String, logger: Logger) {
        var status = stat()
        // Where systemd starts us with that group, the socket has it, and the sandbox lets nobody chown.
        if let group = OperatorGroup.id, stat(path, &status) != 0 || status.st_gid != group, chown(path, uid_t.max, group) != 0 {
            logger.warning(
                "The admin socket \(path) cannot be given to the group \(OperatorGroup.name): \(String(cString: strerror(errno))).",
                metadata: ["event": "\(JournalEvent.worldFailed.rawValue)"])
        }
        if chmod(path, 0o660) != 0 {
            logger.warning(
                "The mode of the admin socket \(path) cannot be set: \(String(cString: strerror(errno))).",
                metadata: ["event": "\(JournalEvent.worldFailed.rawValue)"])
        }
    }
}
