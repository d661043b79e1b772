/// The facts about a kind of long work, declared once beside it.
public struct TaskPlan: Sendable {
    /// When it is asked for by itself.
    public enum Schedule: Sendable, Hashable {
        case onDemand
        /// Again when so long has passed.
        case every(Duration)
        /// Once a night, in this hour of the machine's time.
        case nightly(hour: Int)
    }

    /// `check-store`: how it is asked for.
    public let name: String
    /// One sentence for the help.
    public let doc: String
    public let schedule: Schedule
    /// Tasks that never run beside it, wherever it says so. One that names itself is refused while another of it is not over.
    public let excludes: Set<String>
    /// What it is told when it is asked for; nothing else is.
    public let parameters: [String]
    /// Whether it goes on behind its last step after a restart, or must be asked for again.
    public let isResumable: Bool
    /// Whether it makes way for mail. What keeps mail waiting makes way for nobody.
    public let makesWay: Bool
    /// What a cancel takes back and what stays.
    public let cancelling: String
    /// What one step may take; a drive that hangs takes longer.
    public let stepLimit: Duration

    public init(
        _ name: String, _ doc: String, schedule: Schedule = .onDemand, excludes: Set<String> = [], parameters: [String] = [],
        isResumable: Bool = true, makesWay: Bool = true, cancelling: String, stepLimit: Duration = .seconds(120)
    ) {
        self.name = name
        self.doc = doc
        self.schedule = schedule
        self.excludes = excludes
        self.parameters = parameters
        self.isResumable = isResumable
        self.makesWay = makesWay
        self.cancelling = cancelling
        self.stepLimit = stepLimit
    }
}
