import Host
public import MailStore

/// What is looked at before mail is copied to a drive.
public enum Preflight {
    /// The store's view of the folder, and the drive's. On a drive that belongs to root the gatekeeper makes the folder for mail.
    public static func survey(_ folder: String, onSameDrive: Bool, _ services: HouseServices) async throws(StoreError) -> CopySurvey {
        if let place = Drives.missing(for: folder) {
            var survey = CopySurvey()
            survey.problems = ["The drive that belongs at \(place) is not mounted."]
            return survey
        }
        let drive = Drives.holding(folder)
        var survey = try await services.store.survey(folder, onSameDrive: onSameDrive)
        if let drive, drive.unsuitable == nil, survey.needsFolder, survey.problems.count == 1 {
            if drive.path != folder {
                survey.problems.append("Say \(drive.path): the gatekeeper prepares a folder for mail at the top of a drive only.")
            } else if let refusal = await services.prepareDrive(drive.major, drive.minor) {
                survey.problems.append(refusal)
            } else {
                survey = try await services.store.survey(folder, onSameDrive: onSameDrive)
            }
        }
        if let reason = drive?.unsuitable { survey.problems.append("\(folder): \(reason)") }
        return survey
    }
}
