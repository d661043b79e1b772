internal import AdminContract
internal import Hummingbird
internal import NIOPosix

/// Lets nobody through but those who may.
struct PermissionGate: RouterMiddleware {
    let permission: AdminPermission

    @concurrent func handle(
        _ request: Request, context: AdminContext, next: @concurrent (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        guard let peer = await PeerCredentials(of: context.channel),
            try await NIOThreadPool.singleton.runIfActive({ permission.permits(peer) })
        else {
            throw AdminRefusal(.forbidden, "Only root and members of the group \(OperatorGroup.name) may administer the mail server.")
        }
        var context = context
        context.peer = peer
        return try await next(request, context)
    }
}
