import Testing

@testable import Host

/// What the kernel's list of mounts means for mail.
@Suite struct DrivesTests {
    /// A gateway as the daemon's sandbox shows it: `/` is closed, parts of it are mounted once more.
    private static let mounts = """
        22 1 8:1 / / ro,relatime - ext4 /dev/sda1 rw
        30 22 8:1 /var/lib/postern /var/lib/postern rw,relatime - ext4 /dev/sda1 rw
        31 22 8:1 /etc/postern /etc/postern rw,relatime - ext4 /dev/sda1 rw
        32 22 0:5 / /dev rw - devtmpfs devtmpfs rw
        33 22 0:22 / /run rw - tmpfs tmpfs rw
        40 22 8:17 / /mnt/big\\040drive rw,noatime shared:5 - xfs /dev/sdb1 rw,attr2
        41 22 8:33 / /mnt/frozen ro,relatime - ext4 /dev/sdc1 ro
        42 22 0:40 /@mail /srv/pool rw - btrfs /dev/sdd rw,subvol=/@mail
        43 22 8:49 / /boot ro - ext4 /dev/sde1 rw
        44 22 0:51 / /media/share rw - nfs4 nas:/share rw
        45 22 8:65 / /mnt/stick rw - vfat /dev/sdf1 rw
        46 22 8:81 / /mnt/odd rw - reiserfs /dev/sdg1 rw
        """

    @Test(
        arguments: [
            ("/", "Nothing may be written there; a drive for mail belongs below /mnt, /media or /srv."),
            ("/run", "It is in memory, and gone after a restart."), ("/mnt/big drive", nil), ("/mnt/frozen", "It is mounted read-only."),
            ("/srv/pool", nil), ("/boot", "Nothing may be written there; a drive for mail belongs below /mnt, /media or /srv."),
            ("/media/share", "Locks and syncs of a network file system cannot be relied on."),
            ("/mnt/stick", "A vfat file system keeps neither modes nor locks as mail needs them."),
            ("/mnt/odd", "Nobody has tried mail on a reiserfs file system."),
        ] as [(String, String?)])
    func whyADriveCannotHoldMail(path: String, reason: String?) throws {
        let drive = try #require(Drives.parse(Self.mounts).first { $0.path == path })
        #expect(drive.unsuitable == reason)
    }

    @Test func partsOfADriveAreNoDrives() {
        let shown = Drives.parse(Self.mounts).map(\.path).sorted()
        #expect(!shown.contains("/var/lib/postern") && !shown.contains("/etc/postern") && !shown.contains("/dev"))
        #expect(shown.count == 9)
        let drive = Drives.parse(Self.mounts, partsToo: true).first { $0.path == "/var/lib/postern" }
        #expect(drive?.major == 8 && drive?.minor == 1 && drive?.unsuitable == nil)
    }

    @Test(
        arguments: [
            ("/mnt/gone", "/mnt/gone"), ("/mnt/gone/mail", "/mnt/gone"), ("/mnt/gone2", nil), ("/mnt/big drive/mail", nil),
            ("/var/lib/postern/mail", nil), ("/mnt/off", nil),
        ] as [(String, String?)])
    func aDriveThatFstabKnowsAndNobodyHasMounted(path: String, missing: String?) {
        let fstab = """
            # /mnt/off was here
            UUID=1 / ext4 defaults 0 1
            LABEL=big\t/mnt/big\\040drive\txfs noatime 0 2
            UUID=2 /mnt/gone ext4 nofail 0 2
            UUID=3 none swap sw 0 0
            """
        #expect(Drives.missing(for: path, fstab: fstab, mounts: Self.mounts) == missing)
    }
}
