/// One thing that is wrong with the settings: a whole sentence with the key and what is allowed.
public struct SettingsProblem: Hashable, Sendable, CustomStringConvertible {
    /// `nil` for the command line.
    public var file: String?
    /// From 1; `nil` when the problem is the file itself.
    public var line: Int?
    public var key: String?
    /// For a person; says what to write instead. Without the file's name.
    public var sentence: String

    public init(file: String? = nil, line: Int? = nil, key: String? = nil, _ sentence: String) {
        self.file = file
        self.line = line
        self.key = key
        self.sentence = sentence
    }

    init(at origin: SettingOrigin, key: String?, _ sentence: String) {
        self.init(file: origin.place.path, line: origin.place.line, key: key, sentence)
    }

    /// `postern.toml:12: smtp.port = 99999 is out of range; allowed is a whole number from 1 to 65535.`
    public var description: String {
        let place = [file, line.map(String.init)].compactMap { $0 }.joined(separator: ":")
        return place.isEmpty ? sentence : "\(place): \(sentence)"
    }
}

/// Settings that cannot be used; all that is wrong with them, in the order of the files and lines. The settings that were in use
/// before stay so.
public struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    public var problems: [SettingsProblem]
    /// A file could not be read or written: the world is wrong, not what somebody asked for.
    public var isAboutTheDisk = false

    public init(_ problems: [SettingsProblem]) { self.problems = problems }
    public init(_ problem: SettingsProblem) { problems = [problem] }

    /// `path` cannot be used.
    init(disk path: String, _ sentence: String) {
        problems = [SettingsProblem(file: path, sentence)]
        isAboutTheDisk = true
    }

    /// One line a problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
