internal import ArgumentParser

/// The operators' command: speaks to the running daemon, and touches nothing itself.
@main struct Postern: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "Administers the Postern mail server.",
        discussion: """
            The daemon is found at --socket, else at POSTERN_SOCKET, else at /run/postern/admin.sock. Root and the members of the \
            group postern-admin may use it.

            Exit codes: 0 done; 1 refused, with a sentence that says why; 3 the daemon cannot be reached; 64 the command line is \
            not understood. status ends with 1 when there are warnings, and with 2 when something does not work.
            """,
        subcommands: [
            SettingsCommand.self, DomainCommand.self, AccountCommand.self, AliasCommand.self, CertificateCommand.self, QueueCommand.self,
            RouteCommand.self, RelayCommand.self, StoreCommand.self, InterfacesCommand.self, AccessCommand.self, StatusCommand.self,
            TasksCommand.self, DrivesCommand.self, StorageCommand.self, FactoryResetCommand.self, TraceCommand.self, ManualCommand.self,
        ])
}
