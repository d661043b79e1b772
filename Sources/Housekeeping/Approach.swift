/// Whether a copy gets nearer to its end while mail comes. Looked at once in a while: what is left goes up and down with each pack.
struct Approach {
    static let interval = Duration.seconds(60)
    static let warning = """
        No less is left to copy than a minute ago: mail comes as fast as it is copied. Raise the task's limit if it has one; else it ends \
        when less mail comes.
        """

    private var last: (time: Duration, left: Int)?
    private var isTold = false

    /// So many octets are left. Answers true once, when they are no fewer than an interval before.
    mutating func isLost(left: Int, at now: Duration) -> Bool {
        guard let (then, before) = last else {
            last = (now, left)
            return false
        }
        guard now - then >= Self.interval else { return false }
        last = (now, left)
        guard left >= before, left > 0, !isTold else { return false }
        isTold = true
        return true
    }
}
