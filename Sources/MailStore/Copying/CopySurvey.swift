@preconcurrency import Glibc
public import MailCore

/// What a copy of the store to a folder would meet, before anything is copied.
public struct CopySurvey: Hashable, Sendable {
    /// Octets that the copy needs there, what is proven there already left out, and what is free.
    public var needed = ByteCount(0)
    public var free = ByteCount(0)
    public var packs = 0
    /// Octets that an earlier copy has brought there.
    public var proven = ByteCount(0)
    /// A store that lies there.
    public var existing: StoreIdentity?
    /// What lies there is an older copy of this very store.
    public var isOldCopy = false
    /// How fast the drive takes synced writes, octets a second.
    public var rate = 0
    /// The folder belongs to somebody else, and there is none in it that mail could be kept in.
    public var needsFolder = false
    /// Why it cannot be, a sentence each.
    public var problems: [String] = []

    public init() {}

    /// Seconds that the copying takes at this rate: each octet is written and read back.
    public func seconds(limit: Int?) -> Int? {
        let rate = min(rate / 2, limit ?? .max)
        return rate > 0 ? needed.bytes / rate : nil
    }
}

extension MailStore {
    /// Looks whether a copy could be made in `folder`: the place, its file system, room, and a write that is really synced.
    public func survey(_ folder: String, onSameDrive: Bool) async throws(StoreError) -> CopySurvey {
        guard let engine else { throw availability.refusal ?? .unavailable("it is not open") }
        let floor = configuration.freeSpaceFloor()
        let current = self.folder
        return try await upkeep.run { () throws(StoreError) in
            var survey = CopySurvey()
            survey.look(at: folder, current: current, onSameDrive: onSameDrive, engine, floor)
            return survey
        }
    }
}

extension CopySurvey {
    fileprivate mutating func look(at folder: String, current: String, onSameDrive: Bool, _ engine: Engine, _ floor: ByteCount) {
        guard folder.hasPrefix("/"), !folder.contains("/../"), !folder.hasSuffix("/..") else {
            return problems.append("\(folder) is no absolute path.")
        }
        guard folder != current else { return problems.append("The mail is in \(folder) already.") }
        guard let there = try? Folder(folder) else {
            let advice = errno == ENOENT ? "; make it, or name the folder that the drive is mounted on" : ""
            return problems.append("\(folder) is no folder that can be opened: \(String(cString: strerror(errno)))\(advice).")
        }
        if there.device == engine.root.device, !onSameDrive {
            problems.append("\(folder) is on the drive that the mail is on already; say --same-drive if this is meant.")
        }
        var room = statvfs()
        guard fstatvfs(there.descriptor, &room) == 0 else {
            return problems.append("\(folder) cannot be asked for its file system: \(String(cString: strerror(errno))).")
        }
        if room.f_flag & UInt(ST_RDONLY) != 0 { return problems.append("\(folder) is mounted read-only.") }
        lookForStore(in: folder, engine.identity)
        measure(there, engine, floor, inodes: room.f_files == 0 ? nil : Int(clamping: room.f_favail))
        guard problems.isEmpty else { return }
        if there.has(CopyPlace.name) {
            do throws(StoreError) { probe(try Folder(folder + "/" + CopyPlace.name)) } catch { problems.append("\(error)") }
        } else if access(folder, W_OK | X_OK) == 0 {
            probe(there)
        } else {
            needsFolder = true
            problems.append("\(folder) belongs to somebody else, and mail may not be written there.")
        }
    }

    private mutating func lookForStore(in folder: String, _ identity: StoreIdentity) {
        do throws(StoreError) {
            existing = try StoreIdentity.found(in: folder)
        } catch {
            return problems.append("What lies in \(folder)/postern-mail cannot be used: \(error)")
        }
        // A backup is nobody's old copy: a move would use it up.
        isOldCopy = existing.map { $0.store == identity.store && $0.generation != identity.generation && $0.generation > 0 } ?? false
        guard existing == nil, access(folder + "/" + CopyPlace.name, F_OK) == 0 else { return }
        // A copy in the making, or the empty folder that the gatekeeper has prepared.
        if let root = try? Folder(folder + "/" + CopyPlace.name), root.has(CopyPlace.mark) || (try? root.names()) == [] { return }
        problems.append("\(folder)/\(CopyPlace.name) is there and is no mail store; move it away first.")
    }

    private mutating func measure(_ there: Folder, _ engine: Engine, _ floor: ByteCount, inodes: Int?) {
        free = ByteCount(there.space?.free ?? 0)
        let sizes = ((try? engine.packs.names()) ?? []).compactMap(PackName.number).map { engine.packs.size(of: PackName.file($0)) }
        packs = sizes.count
        if existing == nil || isOldCopy, let copy = try? Folder(there.path + "/" + CopyPlace.name + "/packs") {
            let there = ((try? copy.names()) ?? []).reduce(Int64(0)) { $0 + copy.size(of: $1) }
            proven = ByteCount(Int(clamping: there))
        }
        // The index may grow while it is copied, and its log with it.
        let all = Int(clamping: sizes.reduce(0, +)) + 2 * Int(clamping: engine.root.size(of: "index.sqlite"))
        needed = ByteCount(max(0, all - proven.bytes))
        let wanted = needed.bytes + needed.bytes / 20 + floor.bytes + (64 << 20)
        if free.bytes < wanted {
            problems.append("\(there.path) has \(free.bytes >> 20) MiB free; \(wanted >> 20) MiB are needed, the margin included.")
        }
        if let inodes, inodes < packs + 1000 { problems.append("\(there.path) has room for only \(inodes) more files.") }
    }

    private mutating func probe(_ there: Folder) {
        do throws(StoreError) {
            rate = try DriveProbe.rate(of: there, octets: 4 << 20, as: "postern-mail.probe")
        } catch {
            problems.append("\(there.path) does not keep what is written there: \(error)")
        }
    }
}
