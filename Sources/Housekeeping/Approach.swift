/// Whether a copy gets nearer to its end while mail comes. Looked at once in a while: what is left goes up and down with each pack.
struct Approach {
    static let interval = Duration.seconds(60)
    static let warning = """
        Mail comes nearly as fast as it is copied: hardly less is left than a minute ago. Raise the task's limit if it has one; else it \
        ends when less mail comes.
        """

    private var last: (time: Duration, done: Int, left: Int)?
    private var isTold = false

    /// So many octets are done, of so many. Answers true once, when of those done in an interval fewer than an eighth were gained on what
    /// comes.
    mutating func isLost(done: Int, of total: Int, at now: Duration) -> Bool {
        let left = total - done
        guard let before = last else {
            last = (now, done, left)
            return false
        }
        guard now - before.time >= Self.interval else { return false }
        last = (now, done, left)
        guard before.left - left <= (done - before.done) / 8, left > 0, !isTold else { return false }
        isTold = true
        return true
    }
}
