internal import Hummingbird
internal import NIOCore

/// One request with the connection it came through.
struct AdminContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// Known when the request has passed `PermissionGate`.
    var peer: PeerCredentials?

    /// The largest request: an alias with a thousand targets fits twice.
    var maxUploadSize: Int { 1 << 20 }

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
