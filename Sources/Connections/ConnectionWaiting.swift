internal import Glibc
internal import NIOCore
internal import Synchronization

/// The one place where a session waits for its peer, and all that ends such a wait.
extension Connection {
    /// Waits for more input than there is. The one flush point: answers leave before we listen again.
    func more(_ kind: Wait, since began: Duration, within limit: Duration) async throws(ConnectionError) {
        // We have read, have nothing to say to it and want more. The kernel would keep its acknowledgement back for 40 ms, in the
        // hope of an answer to put it on, and a peer with Nagle's algorithm holds the rest back until it comes: a literal is sent,
        // its CRLF waits. RFC 1122 §4.2.3.2
        if kind != .event, output.readableBytes + unflushed == 0 { acknowledgeAtOnce() }
        flush()
        wasReceivingContent = kind == .content
        try checkGoingOn(kind)
        // A peer that sends without ever reading our answers is not read either.
        if let context, !context.channel.isWritable {
            let known = input.readableBytes
            try await room(since: began, within: limit)
            // What came meanwhile has been told to nobody.
            if input.readableBytes > known || inputEnded || wasWoken { return }
        }
        readSize.expect(content: kind == .content)
        if isReadingPaused { setReading(true) }
        try await sleep(kind, since: began, within: limit)
    }

    /// Waits until the socket takes output again.
    func room(since began: Duration, within limit: Duration) async throws(ConnectionError) {
        let kind: Wait = isOutgoing ? .outlet : .room
        while let context, !context.channel.isWritable {
            if loop.interrupts(kind) { throw .stopping }
            try await sleep(kind, since: began, within: limit)
        }
        if context == nil { throw .closed }
    }

    /// Waits for nothing but the time: whoever guesses passwords is made to. What was written leaves before; input stays where it is.
    public func rest(for duration: Duration) async throws(ConnectionError) {
        loop.assertHere()
        guard duration > .zero else { return }
        flush()
        let began = loop.now
        while loop.now - began < duration {
            if context == nil { throw .closed }
            if loop.interrupts(.rest) { throw .stopping }
            do throws(ConnectionError) {
                try await sleep(.rest, since: began, within: duration)
            } catch {
                if error == .deadline { return }
                throw error
            }
        }
    }

    /// Any thread; calls before the session looks are one. Ends a `waitForInput`, now or when it begins.
    public func wake() {
        if !wakePosted.exchange(true, ordering: .acquiringAndReleasing) { loop.executor.wake(self) }
    }

    /// On the loop, after `wake()`.
    func woken() {
        wakePosted.store(false, ordering: .releasing)
        wasWoken = true
        if wait == .event { resume() }
    }

    /// Ends the wait: the session looks at what has changed. On the loop only.
    func resume() {
        guard let waiting else { return }
        self.waiting = nil
        loop.executor.enter { waiting.resume() }
    }

    /// From the sweep: whether the peer's time is up.
    func isOverdue(at now: Duration, slack: Duration) -> Bool {
        let mayShrink = service.isCrowded && !isPatientUnderLoad && wait != .rest
        let limit = mayShrink ? Self.shrunk(waitLimit) : waitLimit
        return now - waitBegan >= limit + slack
    }

    /// A tenth, but not below ten seconds, which is enough for any client that is alive.
    static func shrunk(_ limit: Duration) -> Duration { min(limit, max(limit / 10, .seconds(10))) }

    func passDeadline() {
        deadlinePassed = true
        resume()
    }

    func setReading(_ on: Bool) {
        isReadingPaused = !on
        try? context?.channel.syncOptions?.setOption(.autoRead, value: on)
    }

    private func acknowledgeAtOnce() {
        try? context?.channel.syncOptions?.setOption(.tcpOption(.init(rawValue: TCP_QUICKACK)), value: 1)
    }

    func sleep(_ kind: Wait, since began: Duration, within limit: Duration) async throws(ConnectionError) {
        precondition(waiting == nil, "two tasks wait on one connection")
        // Writing or reading just now may have found out that the peer is gone; nobody would tell us again.
        if context == nil || (inputEnded && kind != .room && kind != .outlet && kind != .rest) { return }
        wait = kind
        waitBegan = began
        waitLimit = limit
        deadlinePassed = false
        await pause { waiting = $0 }
        wait = .none
        if deadlinePassed { throw .deadline }
    }

    private func checkGoingOn(_ kind: Wait) throws(ConnectionError) {
        if inputEnded { throw .closed }
        if loop.interrupts(kind) { throw .stopping }
    }
}
