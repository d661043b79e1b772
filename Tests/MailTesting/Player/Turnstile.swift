import Synchronization

/// Lets a few scenarios play at a time: each has a server with its own threads and stores.
final class Turnstile: Sendable {
    static let shared = Turnstile(places: 6)

    private struct State {
        var places: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Mutex<State>

    init(places: Int) { state = Mutex(State(places: places)) }

    func enter() async {
        await withCheckedContinuation { (place: CheckedContinuation<Void, Never>) in
            let isFree = state.withLock { state in
                if state.places > 0 {
                    state.places -= 1
                    return true
                }
                state.waiting.append(place)
                return false
            }
            if isFree { place.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.places += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
