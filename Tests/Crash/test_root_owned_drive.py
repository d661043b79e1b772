"""A drive that belongs to root, and a daemon that does not: the gatekeeper makes the folder for mail, and the mail moves there. All in
namespaces of its own, where the gatekeeper has its usual place."""

import os
import pathlib
import subprocess

import pytest
from demonstration import PROJECT, free_ports

SCRIPT = r"""
ip link set lo up
mount -t tmpfs none /mnt
mkdir /mnt/big
mount -o loop "$IMAGE" /mnt/big
mkdir -p /run/postern-gatekeeper
mount -t tmpfs -o mode=755 none /run/postern-gatekeeper
"$BIN/postern-gatekeeper" --socket /run/postern-gatekeeper/socket --plan "$WORK/plan" --user nobody 2> "$WORK/gatekeeper" &
gatekeeper=$!
mkfifo "$WORK/said"
setpriv --reuid nobody --regid nogroup --clear-groups env POSTERN_BIN="$BIN" TMPDIR="$WORK" "$PROJECT/packaging/run.sh" --state "$WORK/state" $PORTS \
    > "$WORK/said" 2> "$WORK/journal" &
daemon=$!
trap 'kill $daemon $gatekeeper; wait $daemon || true' EXIT
while read -r line; do [ "$line" != ready ] || break; done < "$WORK/said"
postern() { "$BIN/postern" "$@" --socket "$WORK/state/admin.sock"; }
! setpriv --reuid nobody --regid nogroup --clear-groups touch /mnt/big/x 2> /dev/null
postern storage move /mnt/big/deep --dry-run && exit 1
mkdir /mnt/big/deep
postern storage move /mnt/big/deep --dry-run && exit 1
postern storage move /mnt/big --wait
postern storage status
stat -c '%U %a %n' /mnt/big /mnt/big/postern-mail /mnt/big/postern-mail/identity
postern storage undo --wait
postern storage discard-old
postern storage status
ls -A /mnt/big/postern-mail | wc -l
"""


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs"])
def test_the_gatekeeper_prepares_it(tmp_path, kind):
    if os.geteuid() != 0:
        pytest.skip("only root can make namespaces with drives")
    image = tmp_path / "image"
    with open(image, "wb") as file:
        file.truncate(400 << 20)
    subprocess.run([f"mkfs.{kind}", "-q", image], check=True, timeout=60)
    folder = os.environ.get("POSTERN_BIN") or subprocess.check_output([PROJECT / "packaging/build.sh"], text=True).strip()
    # The daemon's user must come to its programs and its state.
    work = pathlib.Path(subprocess.check_output(["mktemp", "-d", "/tmp/postern-root-owned.XXXXXX"], text=True).strip())
    os.chmod(work, 0o777)
    names = ("smtp", "submission", "smtps", "imap", "imaps", "pop3", "pop3s")
    ports = " ".join(f"--set {name}.port={port}" for name, port in zip(names, free_ports(len(names))))
    ports += " --set store.free-space-floor=16MiB"
    environment = {**os.environ, "IMAGE": image, "WORK": work, "BIN": folder, "PROJECT": PROJECT, "PORTS": ports}
    try:
        done = subprocess.run(
            ["unshare", "-mn", "bash", "-euc", SCRIPT], env=environment, capture_output=True, text=True, timeout=120)
        told = done.stdout + done.stderr + "".join((work / name).read_text() for name in ("journal", "gatekeeper"))
        assert done.returncode == 0, told
        assert "Say /mnt/big: the gatekeeper prepares a folder for mail at the top of a drive only." in done.stdout, done.stdout
        assert "The mail is in /mnt/big after a pause of" in done.stdout, done.stdout
        assert "root 755 /mnt/big\nnobody 700 /mnt/big/postern-mail\nnobody 600 /mnt/big/postern-mail/identity\n" in done.stdout, done.stdout
        assert done.stdout.splitlines()[-1] == "0", "the old copy is not wholly gone"
    finally:
        subprocess.run(["rm", "-rf", work], check=True)
