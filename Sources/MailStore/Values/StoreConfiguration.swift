public import MailCore

/// How a store is opened.
public struct StoreConfiguration: Sendable {
    /// Nothing is added while the drive has less free space than this. Asked at every check, so that a setting can change it.
    public var freeSpaceFloor: @Sendable () -> ByteCount
    /// What the system drive knows of the store, so that neither an empty mount point nor an old copy is ever taken for it.
    public var memory: StoreMemory?
    /// A pack is sealed when it has grown to this size.
    public var packSize: ByteCount
    /// A message above this size is kept in a spool file while it comes in, and becomes a pack of its own.
    public var spoolThreshold: ByteCount
    /// Reader threads, each with a connection of its own.
    public var readers: Int
    /// Microseconds since 1970, which messages' ids are made of; it may jump as it likes.
    public var clock: @Sendable () -> Int64
    /// What the queue's time is taken from.
    public var queueClock: QueueClock.Source
    /// How long the trace of messages is kept; zero: there is none.
    public var keepsTrace: @Sendable () -> Duration

    public init(
        freeSpaceFloor: @escaping @Sendable () -> ByteCount = { .mebibytes(256) }, memory: StoreMemory? = nil,
        packSize: ByteCount = .mebibytes(64), spoolThreshold: ByteCount = .mebibytes(1), readers: Int = 2,
        clock: @escaping @Sendable () -> Int64 = { unixMicroseconds() }, queueClock: QueueClock.Source = .system,
        keepsTrace: @escaping @Sendable () -> Duration = { .seconds(14 * 86400) }
    ) {
        self.freeSpaceFloor = freeSpaceFloor
        self.memory = memory
        self.packSize = packSize
        self.spoolThreshold = spoolThreshold
        self.readers = readers
        self.clock = clock
        self.queueClock = queueClock
        self.keepsTrace = keepsTrace
    }
}
