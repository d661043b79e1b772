"""convergence.py NUMBER: makes that many changes of each kind, inside the gateway, and says how long the kernel took to have them.

The clock runs from before the command to the first look that finds everything so. For each kind one line: `kind p50 p99 most`, in milliseconds.
"""

import itertools
import math
import subprocess
import sys
import time

NUMBER = int(sys.argv[1])


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def sockets(*ports: int) -> set[str]:
    """What listens, as `*%lan0:25`."""
    lines = said("ss", "-Hltn", " or ".join(f"sport = :{port}" for port in ports)).splitlines()
    return {line.split()[3] for line in lines}


def permits() -> str:
    try:
        return said("nft", "-s", "list", "chain", "inet", "filter", "postern_access")
    except subprocess.CalledProcessError:
        return ""


def setting(key: str, value: str):
    return lambda: said("postern", "settings", "set", key, value)


def flush():
    said("nft", "flush", "chain", "inet", "filter", "postern_access")


def reload():
    said("nft", "-f", "/etc/nftables.conf")


# Kind: what is done in turn, and what shall be true afterwards.
KINDS = {
    "listeners-port": [
        (setting("smtp.port", "2525"), lambda: sockets(25, 2525) == {"*:2525"}),
        (setting("smtp.port", "25"), lambda: sockets(25, 2525) == {"*:25"}),
    ],
    "listeners-interfaces": [
        (setting("smtp.interfaces", "lan0"), lambda: sockets(25) == {"*%lan0:25", "*%lo:25"}),
        (setting("smtp.interfaces", ""), lambda: sockets(25) == {"*:25"}),
    ],
    "firewall-port": [
        (setting("smtp.port", "2525"), lambda: "dport 2525 " in permits() and "dport 25 " not in permits()),
        (setting("smtp.port", "25"), lambda: "dport 25 " in permits() and "dport 2525 " not in permits()),
    ],
    "firewall-scope": [
        (setting("firewall.scope", "all"), lambda: permits().count("accept") == 7 and "lan0" not in permits()),
        (setting("firewall.scope", "internal"), lambda: permits().count('iifname "lan0"') == 7),
    ],
    "firewall-flushed": [(flush, lambda: permits().count("accept") == 7)],
    "firewall-reloaded": [
        (reload, lambda: permits().count("accept") == 7 and "postern_access" in said("nft", "list", "chain", "inet", "filter", "input"))
    ],
}

for kind, steps in KINDS.items():
    times = []
    for change, is_so in itertools.islice(itertools.cycle(steps), NUMBER):
        begun = time.monotonic()
        change()
        while not is_so():
            if time.monotonic() - begun > 10:
                sys.exit(f"{kind}: not within 10 s")
            time.sleep(0.002)
        times.append((time.monotonic() - begun) * 1000)
        # Changes by hand come one at a time; the manager's reload of the last one may still go on.
        time.sleep(0.1)
    times.sort()
    print(f"{kind} {times[len(times) // 2]:.0f} {times[math.ceil(len(times) * 0.99) - 1]:.0f} {times[-1]:.0f}", flush=True)
