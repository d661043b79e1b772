import MailCore

/// postern-gatekeeper(8)
enum GatekeeperPage {
    static var text: String {
        var page = RoffPage(
            "postern-gatekeeper", section: 8, purpose: "keeps the firewall open for the Postern mail server",
            collection: "System Administration")
        let usage = UsageText(ProgramUsage.gatekeeper)
        usage.open(&page)
        page.paragraph()
        page.prose(
            """
            It is the only part of Postern that may change the kernel's firewall. In each input chain that firewall.chain names it keeps one \
            jump to a chain of its own, postern_access, and in that chain one permit for each service. It never touches the rules of others, \
            and puts its own back when somebody has taken them away. With firewall.auto-permit off it takes them away and ends.

            Only root and the daemon's user may ask it, and for four things: hold a plan of services, ports and interfaces; take all rules \
            away; hand the folder for mail on a drive to the daemon; have systemd make the socket units anew.
            """)
        usage.writeOptions(&page)
        page.section("FILES")
        page.entry("/run/postern-gatekeeper/socket", "Where it is asked.")
        page.entry("/run/postern-gatekeeper/plan", "What it holds, for its next start.")
        page.seeAlso([("postern", 1), ("postern.toml", 5), ("posternd", 8), ("nft", 8)])
        return page.text
    }
}
