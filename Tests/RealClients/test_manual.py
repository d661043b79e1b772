"""The man pages that `postern manual` writes, as man and mandoc read them; and the shell's completion."""

import os
import shutil
import subprocess

import pytest

from demonstration import PROJECT

PAGES = ("mailq.1", "newaliases.1", "postern-gatekeeper.8", "postern.1", "postern.toml.5", "posternd.8", "sendmail.1")


@pytest.fixture(scope="module")
def postern():
    folder = os.environ.get("POSTERN_BIN") or subprocess.check_output([PROJECT / "packaging/build.sh"], text=True).strip()
    return f"{folder}/postern"


@pytest.fixture(scope="module")
def pages(postern, tmp_path_factory):
    folder = tmp_path_factory.mktemp("manual")
    subprocess.run([postern, "manual", "--output", folder / "man"], check=True, timeout=20)
    assert tuple(sorted(page.name for page in (folder / "man").iterdir())) == PAGES
    return folder / "man"


@pytest.mark.parametrize("page", [name for name in PAGES if name not in ("mailq.1", "newaliases.1")])
def test_man_has_no_complaint(pages, page):
    man = shutil.which("man") or pytest.skip("man is not installed")
    shown = subprocess.run(
        [man, "-l", "--warnings", "-E", "UTF-8", pages / page], capture_output=True, text=True, timeout=30,
        env={**os.environ, "MANROFFSEQ": "", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
    assert shown.returncode == 0 and shown.stderr == ""
    assert "SEE ALSO" in shown.stdout
    mandoc = shutil.which("mandoc") or pytest.skip("mandoc is not installed")
    lint = subprocess.run([mandoc, "-T", "lint", "-W", "warning", pages / page], capture_output=True, text=True, timeout=30)
    found = [line for line in lint.stdout.splitlines() if "missing date" not in line]  # a page that is made has none
    assert found == []


def test_completion_knows_the_commands(postern):
    script = subprocess.run([postern, "--generate-completion-script", "bash"], capture_output=True, text=True, check=True, timeout=20).stdout
    subprocess.run(["bash", "-n"], input=script, text=True, check=True, timeout=10)
    for command in ("factory-reset", "status", "interfaces", "access"):
        assert command in script
    assert "manual --output" not in script
