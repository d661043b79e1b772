import MailStore
import NIOCore

/// Answers to RETR that were made before they were asked for.
///
/// Clients fetch a maildrop from one end to the other. As long as one does, each step makes twice as many answers as the step
/// before: a message of its own costs a change of threads, sixty-four at a time cost as much together.
struct ReadAhead: Sendable {
    private var step = RetrievalStep.Outcome()
    private var next = 0
    /// The index behind the last answer that was asked for.
    private var expected = -1
    private var reach = 1

    static let most = 64

    var isEmpty: Bool { next >= step.messages.count }

    /// The answer for this message, if it is at hand; what stands before it is dropped.
    mutating func take(_ uid: UID) -> (message: RetrievalStep.Message, answer: ByteBuffer)? {
        while next < step.messages.count {
            let message = step.messages[next]
            guard message.uid <= uid else { return nil }
            next += 1
            let answer = step.output.readSlice(length: message.length) ?? ByteBuffer()
            if message.uid == uid {
                if isEmpty { step = RetrievalStep.Outcome() }
                return (message, answer)
            }
        }
        return nil
    }

    /// How many messages from this index on are worth making answers of.
    mutating func reach(from index: Int) -> Int {
        reach = index == expected ? min(2 * reach, Self.most) : 1
        return reach
    }

    /// RETR asked for the message with this index.
    mutating func note(_ index: Int) { expected = index + 1 }

    mutating func fill(_ outcome: RetrievalStep.Outcome) {
        step = outcome
        next = 0
    }
}
