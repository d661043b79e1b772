"""POSTERN_CRASH_ROUNDS: how often each kind of death is died (5 by default; the nightly form takes 20)."""

import os
import pathlib
import random
import subprocess

import pytest


ROUNDS = int(os.environ.get("POSTERN_CRASH_ROUNDS", "5"))


def pytest_collection_modifyitems(items):
    """Whole matrices are for the nightly form, and a sample of them for the other one. What is left out begins nothing."""
    for item in items:
        if ROUNDS < 20 and (mark := item.get_closest_marker("nightly")):
            item.add_marker(pytest.mark.skip(reason=f"the nightly form {mark.args[0]}"))


@pytest.fixture(scope="session")
def rounds():
    return ROUNDS


@pytest.fixture(autouse=True)
def seed():
    """The moments of death can be had again: POSTERN_CRASH_SEED."""
    chosen = int(os.environ.get("POSTERN_CRASH_SEED", random.randrange(1 << 32)))
    random.seed(chosen)
    print(f"POSTERN_CRASH_SEED={chosen}")


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """faults.c, to be preloaded into the daemon."""
    built = tmp_path_factory.mktemp("faults") / "faults.so"
    source = pathlib.Path(__file__).with_name("faults.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", built, source, "-ldl"], check=True, timeout=60)
    return built
