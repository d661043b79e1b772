internal import CUnbound
internal import Glibc
public import MailCore
internal import Synchronization

/// The domain name system through libunbound, with its cache and its validation, on a thread of its own.
///
/// `@unchecked Sendable`: libunbound's context locks itself; answers are taken on our thread only, and what waits for them is behind
/// a lock.
public final class Unbound: DNS, @unchecked Sendable {
    public struct Configuration: Sendable {
        /// Servers that are asked, `192.0.2.53` or `192.0.2.53@5353`; empty: those of `/etc/resolv.conf`.
        public var servers: [String]
        /// Whether answers are validated (RFC 4033). Without it none is `secure`.
        public var validates: Bool
        /// Trust anchors in zone file form.
        public var anchors: [String]
        /// A zone file with more of them. Without any, the root's are used.
        public var anchorFile: String?
        /// After this a question counts as unanswered.
        public var timeout: Duration
        /// Octets of the caches, about.
        public var cacheSize: ByteCount
        /// Questions that are under way at a time; memory is set aside for all of them, some 900 octets each. The library's own 16 sockets
        /// are soon full of dead name servers' ones, and all others wait behind them: beside 800 dead zones a good answer took 19 s so,
        /// and takes 0.1 s now.
        public var mostQuestions = 4096

        public init(
            servers: [String] = [], validates: Bool = true, anchors: [String] = [], anchorFile: String? = nil,
            timeout: Duration = .seconds(15),
            cacheSize: ByteCount = .mebibytes(8)
        ) {
            self.servers = servers
            self.validates = validates
            self.anchors = anchors
            self.anchorFile = anchorFile
            self.timeout = timeout
            self.cacheSize = cacheSize
        }
    }

    /// The resolver could not be set up: one sentence.
    public struct SetupError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// The root's key signing keys of 2017 and 2024, as IANA publishes them.
    private static let rootAnchors = [
        ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
        ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
    ]

    private let context: OpaquePointer
    private let alarm: Int32
    private let timeout: Duration
    private let state = Mutex(State())

    private struct State {
        /// In the order of their deadlines, because all have the same patience.
        var waiting: [UInt64: Question] = [:]
        var order: [UInt64] = []
        var last: UInt64 = 0
        var isStopped = false
    }

    public init(_ configuration: Configuration = Configuration()) throws(SetupError) {
        guard let context = ub_ctx_create() else { throw SetupError(description: "The resolver has no memory.") }
        self.context = context
        timeout = configuration.timeout
        alarm = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        do throws(SetupError) {
            try Self.configure(context, configuration)
        } catch {
            ub_ctx_delete(context)
            Glibc.close(alarm)
            throw error
        }
        start()
    }

    private static func configure(_ context: OpaquePointer, _ configuration: Configuration) throws(SetupError) {
        func check(_ code: Int32, _ what: String) throws(SetupError) {
            guard code == 0 else { throw SetupError(description: "The resolver refuses \(what): \(String(cString: ub_strerror(code))).") }
        }
        // A thread of the library's own resolves: a fork would take the daemon's memory with it.
        try check(ub_ctx_async(context, 1), "threads")
        let half = String(configuration.cacheSize.bytes / 2)
        let options = [
            ("msg-cache-size:", half), ("rrset-cache-size:", half), ("cache-max-ttl:", "86400"), ("cache-max-negative-ttl:", "900"),
            ("do-not-query-localhost:", "no"), ("unblock-lan-zones:", "yes"), ("insecure-lan-zones:", "yes"),
            ("qname-minimisation:", "yes"), ("outgoing-range:", String(configuration.mostQuestions)),
            ("num-queries-per-thread:", String(configuration.mostQuestions)),
        ]
        for (option, value) in options { try check(ub_ctx_set_option(context, option, value), option) }
        for server in configuration.servers { try check(ub_ctx_set_fwd(context, server), "the server \(server)") }
        if configuration.servers.isEmpty { try check(ub_ctx_resolvconf(context, nil), "/etc/resolv.conf") }
        guard configuration.validates else { return }
        let usesRoot = configuration.anchors.isEmpty && configuration.anchorFile == nil
        for anchor in usesRoot ? rootAnchors : configuration.anchors { try check(ub_ctx_add_ta(context, anchor), "a trust anchor") }
        guard let file = configuration.anchorFile else { return }
        try check(ub_ctx_add_ta_file(context, file), "the trust anchors in \(file)")
        // The file is read at the first question: this one is answered without a server, and shows whether it can be.
        var result: UnsafeMutablePointer<ub_result>?
        try check(ub_resolve(context, "localhost", Int32(RecordType.a.rawValue), 1, &result), "the trust anchors in \(file)")
        ub_resolve_free(result)
    }

    public func records(_ name: String, _ type: RecordType) async -> DNSAnswer<[UInt8]> {
        guard let ascii = ASCIIName.of(name) else { return DNSAnswer(.failed(.unusableName)) }
        return await answer(ascii, type)
    }

    /// The same for a name as it is asked for, which may be the root.
    func answer(_ ascii: String, _ type: RecordType) async -> DNSAnswer<[UInt8]> {
        let question = Question(resolver: self)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                question.wait(continuation)
                if let failure = ask(question, ascii, type) { question.answer(DNSAnswer(.failed(failure))) }
            }
        } onCancel: {
            // The library goes on, as with a question that took too long.
            question.answer(DNSAnswer(.failed(.timeout)))
        }
    }

    /// Under the lock, so that the context cannot go meanwhile; the library calls nobody back with a lock of its own held.
    private func ask(_ question: Question, _ name: String, _ type: RecordType) -> DNSFailure? {
        state.withLock { state in
            if state.isStopped { return .stopped }
            state.last += 1
            question.number = state.last
            question.asked = Self.now
            // The table keeps the question until it is answered, so the library may hold it by its address.
            let address = Unmanaged.passUnretained(question).toOpaque()
            guard ub_resolve_async(context, name, Int32(type.rawValue), 1, address, Self.answered, nil) == 0 else { return .serverFailure }
            state.waiting[question.number] = question
            state.order.append(question.number)
            eventfd_write(alarm, 1)
            return nil
        }
    }

    /// Questions that wait are answered with `.stopped`. Nothing is asked afterwards.
    public func close() {
        state.withLock { state in
            if !state.isStopped { eventfd_write(alarm, 1) }
            state.isStopped = true
        }
    }

    // MARK: our thread

    private func start() {
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Unbound>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(code == 0, "the resolver's thread cannot be started: \(code)")
        pthread_detach(thread)
    }

    private func run() {
        while true {
            let (isStopped, patience) = state.withLock { ($0.isStopped, $0.order.isEmpty ? Int32(-1) : 250) }
            if isStopped { break }
            var descriptors = [
                pollfd(fd: ub_fd(context), events: Int16(POLLIN), revents: 0), pollfd(fd: alarm, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&descriptors, 2, patience)
            if descriptors[1].revents != 0 {
                var count: eventfd_t = 0
                eventfd_read(alarm, &count)
            }
            if descriptors[0].revents != 0 { ub_process(context) }
            giveUp()
        }
        // No callback comes after this.
        ub_ctx_delete(context)
        let left = state.withLock { state in
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for question in left { question.answer(DNSAnswer(.failed(.stopped))) }
        Glibc.close(alarm)
    }

    /// Whoever waits for too long hears so. The library goes on: its answer will be in the cache for the next one who asks.
    private func giveUp() {
        let now = Self.now
        let overdue = state.withLock { state in
            var overdue: [Question] = []
            var place = 0
            while place < state.order.count {
                if let question = state.waiting[state.order[place]] {
                    guard now - question.asked >= timeout else { break }
                    overdue.append(question)
                }
                place += 1
            }
            state.order.removeFirst(place)
            return overdue
        }
        for question in overdue { question.answer(DNSAnswer(.failed(.timeout))) }
    }

    private func forget(_ question: Question) { state.withLock { _ = $0.waiting.removeValue(forKey: question.number) } }

    private static let answered: ub_callback_type = { argument, code, result in
        guard let argument else { return }
        let question = Unmanaged<Question>.fromOpaque(argument).takeUnretainedValue()
        let resolver = question.resolver
        defer { if let result { ub_resolve_free(result) } }
        question.answer(
            code == 0 ? result.map { DNSAnswer($0.pointee) } ?? DNSAnswer(.failed(.serverFailure)) : DNSAnswer(.failed(.serverFailure)))
        resolver.forget(question)
    }

    private static var now: Duration {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return .seconds(Int64(now.tv_sec)) + .nanoseconds(Int64(now.tv_nsec))
    }
}

/// Somebody who waits for an answer; the first one counts, also when it comes before the wait.
private final class Question: Sendable {
    let resolver: Unbound
    // Set under the resolver's lock before anybody else knows the question.
    nonisolated(unsafe) var number: UInt64 = 0
    nonisolated(unsafe) var asked = Duration.zero
    private let waiting = Mutex(Waiting.nobody)

    private enum Waiting {
        case nobody
        case somebody(CheckedContinuation<DNSAnswer<[UInt8]>, Never>)
        case answered(DNSAnswer<[UInt8]>)
    }

    init(resolver: Unbound) { self.resolver = resolver }

    /// The answer may be there already.
    func wait(_ continuation: CheckedContinuation<DNSAnswer<[UInt8]>, Never>) {
        let answer: DNSAnswer<[UInt8]>? = waiting.withLock { waiting in
            if case .answered(let answer) = waiting { return answer }
            waiting = .somebody(continuation)
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    func answer(_ answer: DNSAnswer<[UInt8]>) {
        let continuation: CheckedContinuation<DNSAnswer<[UInt8]>, Never>? = waiting.withLock { waiting in
            defer { if case .answered = waiting {} else { waiting = .answered(answer) } }
            if case .somebody(let continuation) = waiting { return continuation }
            return nil
        }
        continuation?.resume(returning: answer)
    }
}

extension DNSAnswer<[UInt8]> {
    fileprivate init(_ result: ub_result) {
        let security: DNSSecurity = result.secure != 0 ? .secure : .insecure
        let life = Duration.seconds(max(0, Int64(result.ttl)))
        let canonical = Self.canonicalName(result)
        if result.bogus != 0 {
            self.init(.failed(.bogus(result.why_bogus.map { String(cString: $0) } ?? "")))
        } else if result.nxdomain != 0 {
            self.init(.noSuchName, security, timeToLive: life, canonicalName: canonical)
        } else if result.rcode != 0 {
            self.init(.failed(.serverFailure))
        } else if result.havedata == 0 {
            self.init(.noData, security, timeToLive: life, canonicalName: canonical)
        } else {
            var records: [[UInt8]] = []
            while let data = result.data?[records.count], let length = result.len?[records.count] {
                records.append(Array(UnsafeRawBufferPointer(start: data, count: Int(length))))
            }
            self.init(records.isEmpty ? .noData : .records(records), security, timeToLive: life, canonicalName: canonical)
        }
    }

    private static func canonicalName(_ result: ub_result) -> String? {
        func name(_ text: UnsafeMutablePointer<CChar>?) -> String? {
            guard let name = text.map({ String(cString: $0).lowercased() }), !name.isEmpty else { return nil }
            return name.hasSuffix(".") ? String(name.dropLast()) : name
        }
        let canonical = name(result.canonname)
        return canonical == name(result.qname) ? nil : canonical
    }
}
