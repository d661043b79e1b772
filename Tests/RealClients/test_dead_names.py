"""Name servers and hosts that never answer, and mail for those that do. Real libunbound, in a network of its own."""

import smtplib
import subprocess
import time

import pytest

from demonstration import PASSWORD, Demonstration, address
from signed_zones import DeadZones, NameServer, OwnNetwork
from test_dane import CLEAR, Sink

DEAD = 800  # more than the workers and the places beside them


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zones")
    lines = ["@ MX 10 mx", f"mx A {CLEAR[0]}", "*.live MX 10 mx"]
    # Hosts from which nothing comes back.
    lines += [f"far{number} MX 10 mx-far{number}\nmx-far{number} A 127.66.0.{number}" for number in range(1, 201)]
    with OwnNetwork(), NameServer(folder, {"zone.lab": (lines, "plain")}), DeadZones("dead.lab") as names, Sink(CLEAR) as sink:
        subprocess.run(["nft", "-f", "-"], input="table ip hole { chain in { type filter hook input priority 0; ip daddr 127.66.0.0/16 drop; }; }",
                       text=True, check=True)
        with Demonstration(settings={"dns.servers": f"127.0.0.1@{names.PORT}"}) as sender:
            yield sender, sink, names


def send(sender, recipients):
    with smtplib.SMTP("127.0.0.1", sender.submission_port, timeout=60) as client:
        client.login(address("alice"), PASSWORD)
        client.sendmail(address("alice"), recipients, f"From: {address('alice')}\r\nSubject: x\r\n\r\ntext\r\n")


def seconds_until(sink, recipient, limit=30):
    began = time.monotonic()
    while recipient not in sink.taken:
        assert time.monotonic() - began < limit, f"{recipient} was not reached"
        time.sleep(0.005)
    return time.monotonic() - began


def test_mail_for_the_living_leaves_at_once(lab, record_property):
    sender, sink, names = lab
    send(sender, ["warm@first.live.zone.lab"])
    alone = seconds_until(sink, "warm@first.live.zone.lab")
    send(sender, [f"u@d{number}.dead.lab" for number in range(DEAD)])
    took = []
    for number in range(10):
        recipient = f"bob@n{number}.live.zone.lab"
        send(sender, [recipient])
        took.append(seconds_until(sink, recipient))
        time.sleep(0.5)
    assert names.swallowed >= DEAD / 2
    record_property("seconds", took)
    print(f"alone {alone:.3f} s; beside {DEAD} dead domains " + " ".join(f"{seconds:.3f}" for seconds in took))
    assert max(took) < 1, took


def test_hosts_that_do_not_answer_hold_nobody_up(lab):
    sender, sink, _ = lab
    send(sender, [f"u@far{number}.zone.lab" for number in range(1, 201)])
    took = []
    for number in range(5):
        recipient = f"carl@n{number}.live.zone.lab"
        send(sender, [recipient])
        took.append(seconds_until(sink, recipient))
    print("beside 200 dead hosts " + " ".join(f"{seconds:.3f}" for seconds in took))
    assert max(took) < 1, took


def test_the_server_stops_in_the_middle(lab):
    sender, _, _ = lab
    send(sender, [f"u@s{number}.dead.lab" for number in range(200)])
    began = time.monotonic()
    assert sender.stop() == 0
    assert time.monotonic() - began < 12
