import Testing

/// The arrows between the targets, as the sources draw them.
@Suite struct ImportTests {
    static let manifest = SourceTree.project.manifest

    @Test func theTreeWasRead() {
        #expect(SourceTree.project.product.count > 50)
        #expect(Self.manifest.names.contains("MailCore"))
        #expect(Self.manifest.target("MailStore")?.dependencies.contains(".grdb") == true)
        #expect(Self.manifest.libraries[".grdb"] == "GRDB")
        #expect(SourceFile(path: "Sources/A/B.swift", text: "@preconcurrency public import struct C.D").imports.map(\.module) == ["C"])
    }

    @Test(arguments: manifest.names)
    func everyTargetHasItsFloor(target: String) {
        #expect(Floor.of(target) != nil, "\(target) is missing in Floors.swift: say where it lives and what it may use")
    }

    /// SwiftPM lets a target import what another one happens to depend on.
    @Test(arguments: SourceTree.project.files)
    func importsAreDeclared(file: SourceFile) throws {
        let own = Set(Self.manifest.names + ["COpenSSL", "CSystemd", "CUnbound", "CChecksum", "CPageCache"])
        let libraries = Set(Self.manifest.libraries.values)
        guard let target = Self.manifest.target(file.target) else { return }
        let declared = Set(target.dependencies.map { Self.manifest.libraries[$0] ?? $0 })
        for (module, line) in file.imports where own.contains(module) || libraries.contains(module) {
            #expect(
                declared.contains(module), "\(file.path):\(line) imports \(module), which Package.swift does not give to \(file.target)")
        }
    }

    @Test(arguments: manifest.names)
    func arrowsPointDownwards(name: String) throws {
        guard let target = Self.manifest.target(name), let floor = Floor.of(name) else { return }
        for dependency in target.dependencies {
            guard let other = Floor.of(dependency) else { continue }
            let isNeighbour = Neighbours.allowed.contains { $0.from == name && $0.to == dependency }
            #expect(
                other < floor || isNeighbour,
                "\(name) (\(floor)) may not use \(dependency) (\(other)): callers meet in the store, doors stand alone, arrows point downwards"
            )
        }
    }

    @Test(arguments: manifest.names.enumerated().map { ($0, $1) })
    func theListIsInOrder(place: Int, name: String) throws {
        let above = Self.manifest.names.prefix(place)
        for dependency in Self.manifest.target(name)?.dependencies ?? [] where Self.manifest.names.contains(dependency) {
            #expect(above.contains(dependency), "Package.swift: \(dependency) must stand above \(name), which uses it")
        }
    }

    @Test(arguments: SourceTree.project.product)
    func doorsAreKept(file: SourceFile) {
        for (module, line) in file.imports {
            guard let door = Door.all.first(where: { $0.modules.contains(module) }), !door.keepers.contains(file.target) else { continue }
            Issue.record("\(file.path):\(line) imports \(module), but \(door.reason)")
        }
    }

    /// Grammar is bytes ↔ values without I/O, which is why it can be fuzzed as it is.
    @Test(arguments: SourceTree.project.product.filter { ["SMTPWire", "IMAPWire", "SASL"].contains($0.target) })
    func wiresArePure(file: SourceFile) {
        for (module, line) in file.imports {
            // Of the C library a wire takes functions on memory (memchr).
            #expect(
                ["MailCore", "MessageFormat", "Glibc"].contains(module), "\(file.path):\(line) imports \(module), but a wire is pure bytes")
        }
    }
}
