/// The fixed vocabulary of `POSTERN_EVENT`: what a journal line is about. One line a fact; the words never change their meaning.
///
/// In a log statement it is the metadata value `"event"`; beside it may stand `"message"`, `"peer"`, `"account"`, `"task"`, which
/// become `POSTERN_MESSAGE`, `POSTERN_PEER`, `POSTERN_ACCOUNT`, `POSTERN_TASK`.
public enum JournalEvent: String, CaseIterable, Sendable {
    case starting = "starting"
    case ready = "ready"
    case stopping = "stopping"
    case stopped = "stopped"
    case settingsRead = "settings-read"
    case settingsRefused = "settings-refused"
    case settingsChanged = "settings-changed"
    case listening = "listening"
    case listenFailed = "listen-failed"
    case connectionRefused = "connection-refused"
    case descriptorsExhausted = "descriptors-exhausted"
    case messageAccepted = "message-accepted"
    case messageRefused = "message-refused"
    case messageAppended = "message-appended"
    case loginSucceeded = "login-succeeded"
    case loginFailed = "login-failed"
    case storeOpened = "store-opened"
    case storeUnavailable = "store-unavailable"
    case storeRecovered = "store-recovered"
    case storeDamaged = "store-damaged"
    case spaceLow = "space-low"
    case spaceRegained = "space-regained"
    case worldFailed = "world-failed"
    case adminOperation = "admin-operation"
    case taskProgress = "task-progress"
}
