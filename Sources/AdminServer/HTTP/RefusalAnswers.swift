internal import AdminContract
internal import Certificates
internal import Hummingbird
internal import Logging
internal import MailCore
internal import MailSettings
internal import MailStore
internal import StateStore

/// Makes the JSON answer of everything that was thrown: an `AdminRefusal` and the status that belongs to it.
struct RefusalAnswers: RouterMiddleware {
    let logger: Logger

    @concurrent func handle(
        _ request: Request, context: AdminContext, next: @concurrent (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let refusal = refusal(for: error, request)
            var response = try JSONAnswer.response(refusal)
            response.status = Self.status(of: refusal.reason)
            return response
        }
    }

    private func refusal(for error: any Error, _ request: Request) -> AdminRefusal {
        switch error {
        case let refusal as AdminRefusal: return refusal
        case let error as StateError: return AdminRefusal(error)
        case let error as CertificateRefusal: return AdminRefusal(.invalid, error.description)
        case let error as StoreError: return AdminRefusal(error)
        case let error as SettingsError: return AdminRefusal(error)
        case let error as HTTPError where error.status == .notFound:
            return AdminRefusal(.notFound, "There is nothing at \(request.method.rawValue) \(request.uri.path).")
        case let error as HTTPError where error.status == .contentTooLarge:
            return AdminRefusal(.tooLarge, "The request has more than 1 MiB.")
        case let error as HTTPError where error.status.code < 500:
            return AdminRefusal(.invalid, error.body ?? error.status.reasonPhrase)
        default:
            logger.error(
                "\(request.method.rawValue) \(request.uri.path) failed: \(error)",
                metadata: ["event": "\(JournalEvent.worldFailed.rawValue)"])
            return AdminRefusal(.failed, "The server failed to do it; the journal knows more.")
        }
    }

    private static func status(of reason: AdminRefusal.Reason) -> HTTPResponse.Status {
        switch reason {
        case .invalid: .badRequest
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .tooLarge: .contentTooLarge
        case .unavailable: .serviceUnavailable
        case .failed: .internalServerError
        }
    }
}

extension AdminRefusal {
    init(_ error: StateError) {
        let reason: Reason =
            switch error.kind {
            case .notFound: .notFound
            case .conflict: .conflict
            case .invalid: .invalid
            case .unavailable: .unavailable
            }
        self.init(reason, error.description)
    }

    init(_ error: StoreError) {
        self.init(.unavailable, error.description)
    }
}
