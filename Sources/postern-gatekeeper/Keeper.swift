internal import Glibc
internal import Host
internal import Logging
internal import MailCore
internal import Netlink

/// Holds the plan and keeps the kernel's rules so.
///
/// | state | plan | leaving | what is done |
/// |---|---|---|---|
/// | nothing wanted | none | – | nothing of ours is left |
/// | holding | there | none | after every event, and when the generation has changed: compare, put right (`Quarrel` says when) |
/// | leaving | there | a moment | the same, until that moment; then as if cleared |
///
/// A daemon that crashes says nothing, so its rules stay. A gatekeeper that crashes finds the plan in its file.
final class Keeper {
    /// A successor, after an upgrade or a restart, has this long to ask for the rules again.
    static let grace = Duration.seconds(10)

    private let firewall: Firewall
    private let links: Links
    private let planFile: String
    private let logger: Logger
    private(set) var plan: AccessPlan?
    private var interfaces: [NetworkInterface] = []
    private var interfacesAreOld = false
    private var leavingAt: ContinuousClock.Instant?
    /// Of the rules that were found, or made, as they should be; `nil` when they must be looked at.
    private var checkedGeneration: UInt32?
    private var quarrel = Quarrel()
    private var lastFailure: String?

    /// An event may get lost; then this is how late we are, and in a second all is right again.
    private static let lookEvery = Duration.milliseconds(700)
    /// What failed is tried again.
    private static let tryAgainAfter = Duration.milliseconds(200)

    var descriptors: [Int32] { [firewall.eventDescriptor, links.eventDescriptor] }
    var isHolding: Bool { plan != nil }
    /// When to look again if no event comes before: sooner when something is not put right yet.
    private(set) var nextLook = ContinuousClock.now

    init(planFile: String, logger: Logger) throws {
        firewall = try Firewall()
        links = try Links()
        self.planFile = planFile
        self.logger = logger
        interfaces = try links.read()
        plan = PlanFile.read(planFile)
        if plan != nil { putRight(because: "started again") }
    }

    /// The plan holds from now on, and in the kernel when this returns.
    func hold(_ plan: AccessPlan) throws(NetlinkError) {
        self.plan = plan
        leavingAt = nil
        PlanFile.write(plan, to: planFile, logger: logger)
        try compare(because: "asked by the daemon")
    }

    func clear() throws(NetlinkError) {
        plan = nil
        leavingAt = nil
        unlink(planFile)
        try compare(because: "cleared")
    }

    func leave() { leavingAt = plan == nil ? nil : .now + Self.grace }

    func report() throws(NetlinkError) -> AccessReport {
        AccessReport(plan, on: interfaces, in: try firewall.readForCheck())
    }

    func explain(_ port: UInt16) throws(NetlinkError) -> AccessReport {
        let ruleset = try firewall.readForCheck()
        var report = AccessReport(plan, on: interfaces, in: ruleset)
        report.findings = AccessReport.explain(port, plan: plan, on: interfaces, in: ruleset)
        return report
    }

    /// The kernel told of something on one of our descriptors, or `nextLook` has come.
    func look() {
        nextLook = .now + Self.lookEvery
        firewall.takeEvents()
        if links.takeEvents() { interfacesAreOld = true }
        if interfacesAreOld { readInterfaces() }
        if let leavingAt, leavingAt <= .now {
            do throws(NetlinkError) { try clear() } catch { tell(error) }
        }
        // Nothing wanted: what was ours is gone, and what comes is not our business.
        guard plan != nil else { return }
        if let checkedGeneration, let generation = try? firewall.generation(), generation == checkedGeneration { return }
        let now = ContinuousClock.now
        let due = quarrel.changed(at: now)
        if due > now {
            nextLook = min(nextLook, due)
        } else {
            putRight(because: "it was changed by others")
        }
    }

    private func readInterfaces() {
        guard let read = try? links.read() else {
            nextLook = .now + Self.tryAgainAfter
            return
        }
        interfaces = read
        interfacesAreOld = false
        checkedGeneration = nil
    }

    private func putRight(because reason: String) {
        do throws(NetlinkError) {
            try compare(because: reason)
            lastFailure = nil
        } catch {
            tell(error)
        }
    }

    /// Reads, compares, changes; again when somebody else was faster. What it throws leaves the rules to be looked at once more.
    private func compare(because reason: String) throws(NetlinkError) {
        var problem: NetlinkError?
        for attempt in 0..<4 {
            do throws(NetlinkError) {
                let generation = try firewall.generation()
                let steps = AccessSteps(plan, on: interfaces, from: try firewall.readForAccess())
                checkedGeneration = generation
                guard !steps.isNothing else { return quarrel.settled() }
                checkedGeneration = nil
                if attempt > 0 { quarrel.changed(at: .now) }
                try firewall.perform(steps)
                quarrel.wrote(at: .now)
                logger.notice(
                    "The firewall's permits are written: \(Self.words(steps.permits)) (\(reason))",
                    metadata: ["event": "\(JournalEvent.firewallChanged.rawValue)"])
                problem = nil
            } catch {
                checkedGeneration = nil
                problem = error
            }
        }
        nextLook = min(nextLook, .now + Self.tryAgainAfter)
        if let problem { throw problem }
    }

    private func tell(_ error: NetlinkError) {
        guard lastFailure != error.description else { return }
        lastFailure = error.description
        logger.error(
            "The firewall's permits cannot be kept: \(error)", metadata: ["event": "\(JournalEvent.firewallFailed.rawValue)"])
    }

    private static func words(_ permits: [Permit]) -> String {
        guard !permits.isEmpty else { return "none" }
        return permits.map { permit in
            let interfaces = permit.interfaces.map { " on " + $0.joined(separator: ", ") } ?? ""
            return "\(permit.service) \(permit.ports.map(String.init).joined(separator: ", "))\(interfaces)"
        }.joined(separator: "; ")
    }
}
