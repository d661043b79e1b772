public import MailSettings

/// Why an operation was not done: the JSON object of every answer that is not 200.
public struct AdminRefusal: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// Stable words for programs. The HTTP status follows from it.
    public enum Reason: String, Codable, Sendable, CaseIterable {
        /// The request cannot be understood, or asks for what is never allowed. 400
        case invalid
        /// The caller may not do this. 403
        case forbidden
        /// What was named does not exist. 404
        case notFound = "not-found"
        /// It contradicts what is there. 409
        case conflict
        /// The request is larger than the server reads. 413
        case tooLarge = "too-large"
        /// It may work later. 503
        case unavailable
        /// Our own mistake; the journal knows more. 500
        case failed
    }

    /// One of the settings' mistakes, with its place.
    public struct Problem: Codable, Hashable, Sendable {
        public var file: String?
        public var line: Int?
        public var key: String?
        public var sentence: String

        public init(_ problem: SettingsProblem) {
            file = problem.file
            line = problem.line
            key = problem.key
            sentence = problem.sentence
        }
    }

    /// For a person: what is wrong and what to do.
    public var error: String
    public var reason: Reason
    /// The single mistakes, when settings were refused.
    public var problems: [Problem]?

    public init(_ reason: Reason, _ error: String) {
        self.error = error
        self.reason = reason
    }

    public init(_ refused: SettingsError) {
        reason = refused.isAboutTheDisk ? .unavailable : .invalid
        error = refused.description
        problems = refused.problems.map(Problem.init)
    }

    public var description: String { error }
}
