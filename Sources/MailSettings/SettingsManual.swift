internal import MailCore

/// The man page `postern.toml(5)`, made from the declarations.
public enum SettingsManual {
    /// roff, for `man`. RFC numbers and the like stand in the settings' own words.
    public static var page: String { page(of: Settings.all) }

    static func page(of settings: [DeclaredSetting]) -> String {
        var lines = opening.parts(at: "\n", keepingEmpty: true).map(String.init)
        var group = ""
        for setting in settings {
            if setting.group != group {
                group = setting.group
                lines.append(".SS \(escaped(group))")
            }
            lines += entry(of: setting)
        }
        lines += closing.parts(at: "\n", keepingEmpty: true).map(String.init)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func entry(of setting: DeclaredSetting) -> [String] {
        [
            ".TP",
            "\\fB\(escaped(setting.key))\\fR = \(escaped(setting.defaultValue.toml))",
            escaped(setting.doc),
            escaped("Allowed is \(setting.allowed)."),
            setting.takesEffect == .live ? "A change takes effect at once." : "A change takes effect at the next start.",
        ]
    }

    /// Text that roff prints as it is.
    public static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "\n": escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }

    private static let opening = """
        .\\" Made from the list of settings; changes belong there.
        .TH POSTERN.TOML 5 "" "Postern" "File Formats"
        .SH NAME
        postern.toml \\- settings of the Postern mail server
        .SH SYNOPSIS
        .I /etc/postern/postern.toml
        .SH DESCRIPTION
        The file is TOML and holds only what differs from the defaults.
        A setting is written with its whole name, or in the table of its group:
        .PP
        .EX
        smtp.max\\-message\\-size = "100MiB"

        [imap]
        port = 1143
        .EE
        .PP
        Sizes are whole numbers with B, KiB, MiB, GiB or TiB, durations whole numbers with ms, s, m, h or d, both in double quotes.
        Switches are true or false.
        .PP
        .B postern settings set
        and
        .B postern settings reset
        change the file and keep its comments and its order;
        .B posternd \\-\\-check\\-settings
        .I FILE
        tells everything that is wrong with one.
        A file with mistakes is never used: the daemon keeps the settings that it has, and at its start those of the file as it was when it
        was right the last time.
        .SH SETTINGS
        Each setting is shown with its default.
        """

    private static let closing = """
        .SH FILES
        .TP
        .I /usr/share/postern/defaults.d/*.toml
        Presets of a vendor in the same form, read in the order of their names; this file overrides them.
        .SH SEE ALSO
        .BR postern (1),
        .BR posternd (8)
        """
}
