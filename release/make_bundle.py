"""A folder that installs the workshop on a computer without internet: wheels, scripts for Windows and Linux.

USAGE
  python release/make_bundle.py [FOLDER]        (dist/bundle)

The computer it goes to needs Python 3.11, 64 bit, and nothing else. Wheels are the locked ones, each checked against
its hash when it is fetched. Opening worlds of the lessons are made first and put into the project's wheel, so that the
page shows something real at its very first start. Lessons exported before to results/lessons are put beside.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKED = ROOT / "requirements-workshop.txt"
PLATFORMS = {
    "linux": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "windows": ("win_amd64",),
}
ONLY_ON_WINDOWS = ("colorama", "tzdata")
"""What libraries ask for on Windows alone, which a lock made on Linux does not hold."""
FROM_SOURCE = "antlr4-python3-runtime"
"""The one library that is published as source alone; its wheel is built here, and holds for every system."""

INSTALL_SH = """#!/bin/sh
# Installs the workshop into the folder beside this file. Needs Python 3.11, no network.
set -e
cd "$(dirname "$0")"
PYTHON="${PYTHON:-python3.11}"
"$PYTHON" -m venv program
program/bin/python -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels \\
  --find-links wheels/linux "labour-migration-sim[workshop]"
echo "installed; start it with ./workshop.sh"
"""
START_SH = """#!/bin/sh
cd "$(dirname "$0")"
exec program/bin/sim workshop "$@"
"""
INSTALL_BAT = """@echo off
rem Installs the workshop into the folder beside this file. Needs Python 3.11 (64 bit), no network.
cd /d "%~dp0"
py -3.11 -m venv program || goto failed
program\\Scripts\\python -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels ^
  --find-links wheels\\windows "labour-migration-sim[workshop]" || goto failed
echo installed; start it with workshop.bat
pause
exit /b 0
:failed
echo It did not work. Is Python 3.11 (64 bit) installed? See README.txt.
pause
exit /b 1
"""
START_BAT = """@echo off
cd /d "%~dp0"
program\\Scripts\\sim workshop %*
pause
"""
README = """THE WORKSHOP, WITHOUT INTERNET

1. Python 3.11 (64 bit) must be there: https://www.python.org on a computer with internet, or from a stick.
2. Windows: double click install.bat, then workshop.bat.   Linux: ./install.sh, then ./workshop.sh
3. A page opens in the browser. The first start takes some 20 seconds more, while the model is compiled.
In the folder lessons (if it is there) each lesson is a file that opens with a double click and needs no program.

ЗАНЯТИЕ БЕЗ ИНТЕРНЕТА

1. Нужен Python 3.11 (64 бит).
2. Windows: дважды щёлкните install.bat, потом workshop.bat.   Linux: ./install.sh, потом ./workshop.sh
3. Откроется страница в браузере. Первый запуск дольше секунд на двадцать: программа готовит модель.
В папке lessons (если она есть) каждый урок — файл, который открывается двойным щелчком и не требует программы.
"""


def main() -> None:
    """Make the folder anew."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist" / "bundle"
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    wheels = fresh / "wheels"
    wheels.mkdir(parents=True)
    make_openings()
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
    fetch(wheels)
    scripts = {"install.sh": INSTALL_SH, "workshop.sh": START_SH, "install.bat": INSTALL_BAT, "workshop.bat": START_BAT}
    for name, text in scripts.items():
        path = fresh / name
        path.write_text(text, encoding="ascii", newline="\r\n" if name.endswith(".bat") else "\n")
        path.chmod(0o755)
    (fresh / "README.txt").write_text(README, encoding="utf-8-sig", newline="\r\n")
    lessons = ROOT / "results" / "lessons"
    if lessons.is_dir():
        shutil.copytree(lessons, fresh / "lessons")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    sys.stdout.write(f"written: {folder} ({size / 1e6:.0f} MB)\n")


def make_openings() -> None:
    """The worlds the lessons open with, put where the package looks for them first."""
    from sim.workshop import kept
    from sim.workshop.bench import Bench
    from sim.workshop.pages.shared import openings
    from sim.workshop.tasks import WorldTask, scenario_from
    from sim.workshop.worlds import key_of, mapping_of

    shutil.rmtree(kept.SHIPPED, ignore_errors=True)
    bench = Bench(deadline=300.0)
    try:
        for choice in openings():
            ticket = bench.ask(WorldTask(mapping_of(choice)))
            while not ticket.wait(1.0):
                pass
            kept.keep(key_of(scenario_from(mapping_of(choice))), ticket.result(), kept.SHIPPED)
    finally:
        bench.close()


def fetch(wheels: Path) -> None:
    """The locked wheels for each system; what holds for every system lies once, beside the folders."""
    with tempfile.TemporaryDirectory() as made:
        locked = Path(made) / "locked.txt"
        source = Path(made) / "source.txt"
        entries = entries_of(LOCKED)
        locked.write_text("\n".join(text for name, text in entries.items() if name != FROM_SOURCE))
        source.write_text(entries[FROM_SOURCE])
        pip(
            "wheel",
            "--no-deps",
            "--require-hashes",
            "--no-build-isolation",
            "--wheel-dir",
            str(wheels),
            "-r",
            str(source),
        )
        for system, tags in PLATFORMS.items():
            place = wheels / system
            chosen = [part for tag in tags for part in ("--platform", tag)]
            common = ["--no-deps", "--only-binary=:all:", "--python-version", "3.11", *chosen, "--dest", str(place)]
            pip("download", *common, "--require-hashes", "-r", str(locked))
            if system == "windows":
                pip("download", *common, *ONLY_ON_WINDOWS)
            for path in place.glob("*-none-any.whl"):
                path.replace(wheels / path.name)


def entries_of(lock: Path) -> dict[str, str]:
    """The entries of a locked file by name, hashes with them."""
    entries: dict[str, str] = {}
    name = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            name = line.partition("==")[0]
            entries[name] = line
        elif name and line.startswith("    --hash"):
            entries[name] += "\n" + line
    return entries


def pip(*arguments: str) -> None:
    """Run pip, quietly; what it complains of is shown."""
    command = [sys.executable, "-m", "pip", arguments[0], "--quiet", "--disable-pip-version-check", *arguments[1:]]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
