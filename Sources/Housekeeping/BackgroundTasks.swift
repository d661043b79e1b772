/// Every kind of long work; a new one is a file in `Tasks/` and a line here.
public enum BackgroundTasks {
    public static let all: [any BackgroundTask.Type] = [
        MoveStore.self, AdoptStore.self, CheckStore.self, RebuildIndex.self, CompactPacks.self, CopyIndex.self, BackUpStore.self,
        ImportMail.self, Expire.self,
    ]
}
