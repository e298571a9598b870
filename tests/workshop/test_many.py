"""Many settings, many pages, and an installation without a network."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pytest
from in_browser import browser, free_port, server, watched

from sim.workshop.bench import DEADLINE, PATIENCE, WAITING, Bench, Failure
from sim.workshop.controls import CONTROLS, RUNS, Choice
from sim.workshop.tasks import WorldTask
from sim.workshop.worlds import mapping_of

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = 200
PAGES = 10
GROWTH = 15_000
"""Kilobytes by which the median of the last quarter of the settings may be above that of the one before: a world lost in
each of fifty settings, at 300 each. What workers keep of a history comes and goes by 100,000, for twenty runs or for five.
"""
REMEMBER = """new MutationObserver(() => {
  const said = document.querySelector('.said');
  if (said) (window.told ??= new Set()).add(said.innerText);
}).observe(document, {subtree: true, childList: true, characterData: true})"""


def random_choice(chance: random.Random) -> Choice:
    """All controls anywhere, one of ten lucks, any number of runs."""
    steps = {name: chance.choice(control.steps) for name, control in CONTROLS.items()}
    return Choice.of(chance.randint(1, 10), chance.choice(RUNS), **steps)


def resident(bench: Bench) -> int:
    """Kilobytes in memory of the page server and its workers."""
    children = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "sim.workshop.worker"], capture_output=True, text=True, check=False
    )
    total = 0
    for process in [str(os.getpid()), *children.stdout.split()]:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total


@pytest.mark.system
def test_random_settings_end_in_a_world_or_a_named_failure(cache_of_its_own: Path) -> None:
    """Two hundred, each within the page's own time; memory is flat over the second half."""
    bench, chance, memory, worlds = Bench(), random.Random(2015), [], 0
    while not bench.ready:
        time.sleep(0.1)
    for _ in range(SETTINGS):
        began = time.monotonic()
        ticket = bench.ask(WorldTask(mapping_of(random_choice(chance))))
        assert ticket.wait(WAITING + DEADLINE + PATIENCE + 5)
        try:
            ticket.result()
            worlds += 1
        except Failure as failure:
            assert failure.reason in ("refused", "late", "broken")
        assert time.monotonic() - began < WAITING + DEADLINE + PATIENCE + 5
        memory.append(resident(bench))
    bench.close()
    assert worlds == SETTINGS
    assert median(memory[-SETTINGS // 4 :]) - median(memory[SETTINGS // 2 : 3 * SETTINGS // 4]) < GROWTH


@pytest.mark.system
def test_ten_pages_at_once(cache_of_its_own: Path) -> None:
    """Ten sessions with ten settings: each shows its first runs while others wait, then all, and none disturbs another."""
    with server(cache_of_its_own) as address, browser() as opened, ExitStack() as stack:
        pages = [stack.enter_context(watched(opened)) for _ in range(PAGES)]
        for index, one in enumerate(pages):
            one.page.add_init_script(REMEMBER)
            steps = f"ban_months%3D120%26rouble%3D{10 * (index % 5)}%26border%3D{(70, 90)[index // 5]}"
            one.page.goto(f"{address}/?view=free&picture=abroad&a={steps}%26luck%3D1%26runs%3D10")
        for one in pages:
            one.page.wait_for_selector(".said", timeout=240_000)
        told = [one.settled().locator(".said").inner_text() for one in pages]
        assert len(set(told)) == PAGES
        assert all("of 10 runs" in said for said in told)
        before = [said for one in pages for said in one.page.evaluate("() => [...window.told]")]
        assert any("of 5 runs" in said for said in before)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that is carried over."""
    folder = tmp_path_factory.mktemp("bundle") / "bundle"
    subprocess.run([sys.executable, str(ROOT / "release" / "make_bundle.py"), str(folder)], check=True)
    yield folder
    shutil.rmtree(ROOT / "sim" / "workshop" / "kept", ignore_errors=True)


@pytest.mark.system
def test_the_bundle_installs_and_serves_with_the_network_cut(bundle: Path, tmp_path: Path) -> None:
    """In a network namespace that has a loopback and nothing else."""
    cut = ["unshare", "--net", "sh", "-c"]
    environment = {
        **os.environ,
        "PYTHON": sys.executable,
        "SIM_WORKSHOP_CACHE": str(tmp_path),
        "PIP_CONFIG_FILE": os.devnull,
    }
    environment = {
        key: value for key, value in environment.items() if not key.startswith("PIP_") or key == "PIP_CONFIG_FILE"
    }
    subprocess.run([*cut, f"ip link set lo up 2>/dev/null; {bundle}/install.sh"], check=True, env=environment)
    port = free_port()
    asked = f"import time, urllib.request as u\nfor _ in range(600):\n  try:\n    print(u.urlopen('http://127.0.0.1:{port}/_stcore/health').read()); break\n  except OSError: time.sleep(.5)"
    script = f'ip link set lo up; {bundle}/workshop.sh port={port} browser=false & serving=$!; {sys.executable} -c "{asked}"; kill -INT $serving'
    done = subprocess.run([*cut, script], capture_output=True, text=True, env=environment, check=False)
    assert "b'ok'" in done.stdout, done.stderr
    names = {path.name.split("-")[0].lower() for path in (bundle / "wheels" / "windows").glob("*.whl")}
    assert {"numpy", "numba", "pandas", "pyarrow", "vl_convert_python"} <= names
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=1)
