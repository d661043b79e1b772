// swift-tools-version:6.2
import PackageDescription

/// One row a target, in floor order: words, grammar, doors, judgement, faces, programs. Arrows point only upwards in this
/// list (a target may name those above it); `Tests/ArchitectureTests` holds the rules with their reasons.
let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
    // Set in CI: a warning of ours is an error, those of other packages are not.
    + (Context.environment["POSTERN_STRICT"] == "1" ? [.treatAllWarnings(as: .error)] : [])

extension Target.Dependency {
    static let nio: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let nioEmbedded: Self = .product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let hummingbird: Self = .product(name: "Hummingbird", package: "hummingbird")
    static let grdb: Self = .product(name: "GRDB", package: "GRDB.swift")
    static let sqlite: Self = .product(name: "GRDBSQLite", package: "GRDB.swift")
    static let toml: Self = .product(name: "TOMLKit", package: "TOMLKit")
    static let log: Self = .product(name: "Logging", package: "swift-log")
    static let lifecycle: Self = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let signals: Self = .product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let arguments: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
}

func target(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}
func program(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}
func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "postern",
    products: [
        .executable(name: "posternd", targets: ["posternd"]),
        .executable(name: "postern", targets: ["postern"]),
        .executable(name: "postern-gatekeeper", targets: ["postern-gatekeeper"]),
        .executable(name: "postern-generator", targets: ["postern-generator"]),
        .executable(name: "postern-sendmail", targets: ["postern-sendmail"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // C libraries of the system
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        // No pkgConfig: what libunbound's file names is for static linking only.
        .systemLibrary(name: "CUnbound", providers: [.apt(["libunbound-dev"])]),
        .target(name: "CChecksum"),
        .target(name: "CPageCache"),
        // 0 words
        target("MailCore"),
        target("Netlink", "MailCore"),
        // 1 grammar
        target("MailSettings", "MailCore", "Netlink", .toml),
        target("MessageFormat", "MailCore"),
        target("SMTPWire", "MailCore"),
        target("IMAPWire", "MailCore"),
        target("POP3Wire", "MailCore"),
        target("SASL", "MailCore"),
        target("AdminContract", "MailCore", "MailSettings"),
        target("Manual", "MailCore", "MailSettings"),
        // 2 doors
        target("Certificates", "MailCore", "COpenSSL"),
        target("MailStore", "MailCore", "MessageFormat", "CChecksum", "CPageCache", .grdb, .sqlite, .nio, .log),
        target("StateStore", "MailCore", "COpenSSL", .grdb, .log),
        target("Resolver", "MailCore", "CUnbound"),
        target("Connections", "MailCore", "MailSettings", "Certificates", "COpenSSL", .nio, .nioPosix, .log),
        target("Host", "MailCore", "Netlink", "CSystemd", .log),
        // 3 judgement
        target(
            "Delivery", "MailCore", "MailSettings", "MessageFormat", "SMTPWire", "StateStore", "MailStore", "Resolver", "Connections", .nio,
            .log),
        target("Authentication", "MailCore", "MailSettings", "SASL", "StateStore", "Connections", .log),
        // 4 faces
        target(
            "SMTPServer", "MailCore", "MailSettings", "MessageFormat", "SMTPWire", "MailStore", "StateStore", "Connections",
            "Authentication", "Delivery", "Host", .nio, .log),
        target(
            "IMAPServer", "MailCore", "MailSettings", "MessageFormat", "IMAPWire", "MailStore", "StateStore", "Connections",
            "Authentication", "Host", .nio, .log),
        target(
            "POP3Server", "MailCore", "MailSettings", "POP3Wire", "MailStore", "StateStore", "Connections", "Authentication", .nio, .log),
        target(
            "AdminServer", "MailCore", "MailSettings", "AdminContract", "Certificates", "MailStore", "StateStore", "Host",
            .hummingbird, .lifecycle, .nio, .nioPosix, .log),
        target(
            "LocalIntake", "MailCore", "MailSettings", "MessageFormat", "SMTPWire", "MailStore", "StateStore", "Delivery", "Host", .nio,
            .log),
        target("Housekeeping", "MailCore", "IMAPWire", "MailStore", "StateStore", "Host", .log),
        // 5 programs
        program(
            "posternd", "MailCore", "Netlink", "MailSettings", "AdminContract", "Certificates", "MailStore", "StateStore", "Resolver",
            "Connections", "Authentication", "Delivery", "Host", "SMTPServer", "IMAPServer", "POP3Server", "AdminServer", "Housekeeping",
            "LocalIntake", .log, .lifecycle, .signals, .nio, .nioPosix),
        program("postern", "MailCore", "MailSettings", "AdminContract", "Manual", .arguments),
        program("postern-gatekeeper", "MailCore", "Netlink", "Host", .log),
        program("postern-sendmail", "MailCore", "MessageFormat", "SMTPWire", "Host"),
        program("postern-generator", "Host"),
        // tests
        .target(
            name: "MailTesting",
            dependencies: [
                "MailCore", "MailSettings", "MailStore", "StateStore", "Certificates", "Resolver", "Connections", "Authentication",
                "Delivery",
                "Host", "SMTPServer", "IMAPServer", "POP3Server", .nio,
                .nioPosix, .log,
            ],
            path: "Tests/MailTesting", swiftSettings: strict),
        tests("MailCoreTests", "MailCore"),
        tests("NetlinkTests", "Netlink", "MailCore"),
        tests("MailSettingsTests", "MailSettings", "MailCore"),
        .testTarget(
            name: "MessageFormatTests", dependencies: ["MessageFormat", "MailCore"], exclude: ["Corpus"], swiftSettings: strict),
        tests("SMTPWireTests", "SMTPWire", "MailCore"),
        tests("IMAPWireTests", "IMAPWire", "MailCore"),
        tests("POP3WireTests", "POP3Wire", "MailCore"),
        tests("SASLTests", "SASL", "MailCore"),
        tests("MailStoreTests", "MailStore", "CChecksum", "MessageFormat", "MailCore", .sqlite, .nio, .log),
        tests("CertificatesTests", "Certificates", "MailTesting", "MailCore"),
        tests("StateStoreTests", "StateStore", "MailCore", .grdb, .log),
        tests("ResolverTests", "Resolver", "MailCore"),
        tests("ConnectionsTests", "Connections", "Certificates", "MailSettings", "MailCore", .nio, .nioPosix, .nioEmbedded, .log),
        tests("HostTests", "Host", "Netlink", "MailCore", .log),
        tests("AuthenticationTests", "Authentication", "StateStore", "Connections", "MailSettings", "MailCore", .log),
        tests(
            "DeliveryTests", "Delivery", "MailTesting", "SMTPWire", "Connections", "Resolver", "MailStore", "StateStore", "MailSettings",
            "MailCore", .nio, .log),
        tests(
            "AdminTests", "AdminServer", "AdminContract", "Certificates", "StateStore", "MailStore", "MailSettings", "MailCore", "Host",
            "MailTesting", "Housekeeping", "postern", "posternd", .nio, .log),
        tests("ManualTests", "Manual", "MailCore", "MailSettings", "postern", "posternd"),
        tests(
            "LocalIntakeTests", "LocalIntake", "postern-sendmail", "Host", "Delivery", "MailStore", "StateStore", "MailSettings",
            "MailCore",
            .nio, .log),
        tests("GatekeeperTests", "postern-gatekeeper"),
        tests("HousekeepingTests", "Housekeeping", "MailStore", "StateStore", "Host", "MailCore", .nio, .log),
        tests(
            "PosterndTests", "posternd", "AdminContract", "Certificates", "StateStore", "Connections", "Host", "Netlink", "MailCore",
            "MailSettings",
            .log),
        tests("ScenarioTests", "MailTesting", "MailCore"),
        tests("ArchitectureTests"),
    ],
    swiftLanguageModes: [.v6])
