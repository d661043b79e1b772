import Host
public import MailStore

/// What is looked at before mail is copied to a drive.
public enum Preflight {
    /// The store's view of the folder, and the drive's.
    public static func survey(_ folder: String, onSameDrive: Bool, _ store: MailStore) async throws(StoreError) -> CopySurvey {
        var survey = try await store.survey(folder, onSameDrive: onSameDrive)
        if let drive = Drives.holding(folder), let reason = drive.unsuitable { survey.problems.append("\(folder): \(reason)") }
        return survey
    }
}
