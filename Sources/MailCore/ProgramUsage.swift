/// What `--help` of our daemons says.
public enum ProgramUsage {
    public static let posternd = """
        usage: posternd [--settings FILE] [--state DIR] [--drop DIR] [--defaults DIR] [--set KEY=VALUE]… [--verbose]
               posternd --check-settings FILE [--defaults DIR] [--set KEY=VALUE]…
               posternd --rebuild-index [--state DIR]

        Postern's mail server. Runs in the foreground, writes its journal to standard error (or natively to systemd's),
        and prints one line, "ready", when it accepts connections. SIGTERM ends it; SIGHUP reads the settings again.

          --settings FILE        the settings (default: /etc/postern/postern.toml); a file that is not there sets nothing
          --state DIR            accounts and mail (default: /var/lib/postern); made when it is not there
          --drop DIR             where sendmail's letters lie (default: /var/spool/postern/drop, with another --state DIR/drop)
          --defaults DIR         presets below the settings (default: /usr/share/postern/defaults.d, when it is there)
          --set KEY=VALUE        a setting for this run, above the file; may be given several times
          --verbose              also tell what is only of interest when looking for a fault
          --check-settings FILE  say whether the file is right, and end: 0 when it is, else 1
          --rebuild-index        make the mail store's index anew from its last copy and the packs, and end; for a daemon that
                                 says its index is damaged, and is not running
          --version, --help
        """

    public static let gatekeeper = """
        usage: postern-gatekeeper [--socket PATH] [--plan FILE] [--user NAME]
               postern-gatekeeper --clear

        Keeps the firewall's permits for Postern. Started by systemd with its socket, or by hand with --socket.

          --socket PATH   listen here (default: the socket that systemd hands over)
          --plan FILE     keep the plan here for the next start (default: /run/postern-gatekeeper/plan)
          --user NAME     besides root, who may ask (default: postern)
          --clear         take every rule of ours away, and end
        """
}
