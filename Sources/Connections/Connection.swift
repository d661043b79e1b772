public import MailCore
internal import NIOCore
internal import Synchronization

/// One peer's connection, as its session sees it: pulled input, gathered output, and a deadline for every wait.
///
/// | phase | input | output | left when |
/// |---|---|---|---|
/// | serving | pulled by the session; reading pauses above `inputMark` | gathered, flushed when a wait begins | `serve` returns |
/// | finishing | dropped | the rest is on its way | the last write is done, or `finishLimit` has passed |
/// | lingering | dropped | shut | the peer has closed too, or `lingerLimit` has passed |
/// | gone | – | – | – |
///
/// One task owns a connection. `@unchecked Sendable`: everything but `wake()` runs on the connection's event loop, which is where
/// that task runs; asserted in debug builds.
public final class Connection: @unchecked Sendable {
    enum Phase { case serving, finishing, lingering, gone }

    /// What the session waits for, and with it what a stop of the server does to the wait: ``ServiceLoop/Stage``.
    ///
    /// `answer` and `verdict` are what a server says to us: a verdict is about something that it may have taken over by then. `outlet` is
    /// room for what goes to a server, `room` for what goes to a peer that came to us.
    enum Wait { case none, command, event, content, answer, verdict, room, outlet, rest, handshake }

    public let peer: Peer
    /// Unique in this process; for the journal.
    public let number: UInt64
    let service: Service
    let loop: ServiceLoop
    /// Whether we have opened it.
    let isOutgoing: Bool
    let readSize = ReadSize()
    /// Where this stands in the loop's list; −1 before it is there.
    var slot = -1

    // The channel's side.
    var context: ChannelHandlerContext?
    private let localAddress: SocketAddress?
    var phase = Phase.serving
    var task: Task<Void, Never>?
    var inputEnded = false
    var isReadingPaused = false

    /// What TLS has agreed on; `nil` in the clear.
    public internal(set) var tls: TLSFacts?
    var tlsHandler: TLSHandler?
    /// Why there is no encryption, or none any more; for the journal.
    public internal(set) var tlsFailure: String?

    // The session's side.
    var input = ByteBuffer()
    var output = ByteBuffer()
    /// Octets that went to the channel without a flush.
    var unflushed = 0
    /// Octets that `input(within:_:)` showed and nobody wanted: only more of them make another look worth while.
    var looked = 0
    var endedWithBareLineFeed = false
    var wasReceivingContent = false
    var wasWoken = false

    // The wait that is going on.
    var wait = Wait.none
    var waiting: Pause?
    var waitBegan = Duration.zero
    var waitLimit = Duration.zero
    var deadlinePassed = false
    let wakePosted = Atomic(false)

    /// Deadlines shrink to a tenth, not below ten seconds, while the service is crowded. A session whose peer has proved who it is
    /// may take itself out of that (RFC 9051 §5.4 promises an authenticated client 30 minutes).
    public var isPatientUnderLoad = false

    /// Reading pauses when so much input lies unread.
    static let inputMark = 65536
    /// More than this is written out before the next piece of input is looked at, and `relieve` begins to wait.
    static let outputMark = 32768
    /// How long the last output may take to leave.
    static let finishLimit = Duration.seconds(30)
    /// How long a peer that was cut short may take to hear our last words before its unread input turns them into a reset. During
    /// a stop it is the time to the next sweep.
    static let lingerLimit = Duration.seconds(3)

    init(channel: any Channel, peer: Peer, number: UInt64, service: Service, loop: ServiceLoop, isOutgoing: Bool = false) {
        self.peer = peer
        self.number = number
        self.service = service
        self.loop = loop
        self.isOutgoing = isOutgoing
        localAddress = channel.localAddress
    }

    public var serviceName: String { service.name }
    /// The time by which its deadlines are kept, as of the last sweep.
    public var now: Duration { loop.now }
    /// Our end: the address and port that the peer asked for.
    public var local: Peer { localAddress.flatMap(Peer.init) ?? peer }
    /// Whether octets have come that the session did not ask for yet: pipelined commands, or talk before the banner.
    public var hasBufferedInput: Bool { input.readableBytes > 0 }
    /// Whether the peer ended the last `line` with a bare LF.
    public var endedWithBareLF: Bool { endedWithBareLineFeed }
    /// Whether the octets come through TLS.
    public var isEncrypted: Bool { tls != nil }
}
