internal import AdminContract
internal import AdminServer
internal import Glibc
internal import Host
internal import Housekeeping
internal import MailCore
internal import MailStore
internal import StateStore

/// Drives and the mail's place, as an operator sees them.
struct StorageDesk: Sendable {
    let services: HouseServices
    let runner: TaskRunner
    /// The folder where mail is when nobody has moved it.
    let standard: String
    private let looks = DriveLooks<DriveFacts>()

    init(services: HouseServices, runner: TaskRunner, standard: String) {
        self.services = services
        self.runner = runner
        self.standard = standard
    }

    /// All drives, each looked at by itself: one that does not answer is listed as such.
    func drives() async -> [DriveFacts] {
        let current = Drives.holding(services.store.folder)
        return await withTaskGroup { group in
            for drive in Drives.all() {
                let inUse = drive.major == current?.major && drive.minor == current?.minor
                group.addTask {
                    await looks.look(drive.path) { look(drive, inUse: inUse) }
                        ?? facts(drive, Drive.Room(), inUse: inUse, store: nil, unsuitable: "It does not answer.")
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.path < $1.path }
        }
    }

    /// Waits as long as the drive does.
    private func look(_ drive: Drive, inUse: Bool) -> DriveFacts {
        let room = drive.room
        let refusal = inUse || drive.unsuitable != nil ? nil : DriveProbe.refusal(in: drive.path)
        return facts(
            drive, room, inUse: inUse, store: inUse ? nil : store(on: drive.path),
            unsuitable: drive.unsuitable ?? refusal.map { "It does not keep what is written there: \($0)." })
    }

    private func facts(_ drive: Drive, _ room: Drive.Room, inUse: Bool, store: String?, unsuitable: String?) -> DriveFacts {
        DriveFacts(
            path: drive.path, device: drive.device, type: drive.type, totalSpace: room.total.bytes, freeSpace: room.free.bytes,
            freeFiles: room.freeFiles, readOnly: drive.isReadOnly, unsuitable: unsuitable, inUse: inUse, store: store)
    }

    /// A store that lies on a drive, a sentence. One that cannot be read is there for all that.
    private func store(on path: String) -> String? {
        guard let found = try? StoreIdentity.found(in: path) else { return nil }
        let ours = services.store.identity?.store == found.store
        let whose = !ours ? "another mail store" : found.generation == 0 ? "a backup of this mail" : "an old copy of this mail"
        guard let glance = try? StoreGlance(of: path) else { return "\(whose), which cannot be read" }
        let owners = glance.owners.keys.map(\.description).sorted()
        var names = owners.prefix(2).joined(separator: ", ")
        if owners.count > 2 { names += " and \(owners.count - 2) more" }
        let latest = glance.latest.map { ", the latest of \(TaskService.time($0))" } ?? ""
        return "\(whose): \(glance.messages) messages of \(owners.isEmpty ? "nobody" : names)\(latest)"
    }

    func storage() async throws -> StorageFacts {
        let health = services.store.health
        let home = try services.state.mailHome()
        let moving = try await runner.list().first { ["move-store", "adopt-store"].contains($0.record.name) && !$0.record.state.isOver }
        let state =
            switch health.state {
            case .ready: "ready"
            case .spaceLow: "space-low"
            case .unavailable, .damaged: "unavailable"
            case .closed: "closed"
            }
        return StorageFacts(
            path: services.store.folder, state: state, trouble: StoreTrouble.sentence(services.store, services.state),
            store: home?.store.description, generation: home?.generation, freeSpace: health.freeSpace.bytes,
            totalSpace: health.totalSpace.bytes,
            old: home?.old.map {
                StorageFacts.Old(
                    path: $0.path.isEmpty ? standard : $0.path, moved: TaskService.time($0.moved), otherMail: home?.oldIsOtherMail ?? false)
            },
            moving: moving?.facts)
    }
}
