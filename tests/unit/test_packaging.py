"""The locked files, the import contract, and a wheel that does its job in an empty folder."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-workshop.txt", "requirements-build.txt")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==\S+ \\$", re.MULTILINE)


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!~ \[]", requirement, maxsplit=1)[0].lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_names_no_host(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"--(index|extra-index|find-links|trusted-host)", re.sub(r"#.*", "", text))
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    assert len(entries) > 5
    for entry in entries:
        assert PINNED.match(entry), entry.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]


def test_the_locks_hold_what_the_project_asks_for():
    core = set(PINNED.findall((ROOT / "requirements.txt").read_text()))
    dev = set(PINNED.findall((ROOT / "requirements-dev.txt").read_text()))
    assert {name_of(one) for one in project()["dependencies"]} <= core <= dev
    assert {name_of(one) for one in project()["optional-dependencies"]["dev"]} <= dev


def test_each_dependency_has_its_reason():
    told = (ROOT / "docs" / "dependencies.md").read_text()
    extras = [one for extra in project()["optional-dependencies"].values() for one in extra]
    for requirement in [*project()["dependencies"], *extras]:
        assert re.search(rf"\b{name_of(requirement)}\b", told, re.IGNORECASE), requirement


def test_what_the_package_imports_is_asked_for():
    imported = set()
    for path in (ROOT / "sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    given_by = packages_distributions()
    outside = imported - set(sys.stdlib_module_names) - {"sim"}
    asked = {name_of(one) for one in project()["dependencies"]} | {"omegaconf", "llvmlite"}  # Hydra's and Numba's own
    extras = project()["optional-dependencies"]
    asked |= {name_of(one) for extra in set(extras) - {"dev"} for one in extras[extra]}
    asked |= {"covmats"}  # pyesmda's own
    assert outside
    for module in sorted(outside):
        assert {one.lower() for one in given_by.get(module, [module])} & {one.lower() for one in asked}, module


def test_imports_point_one_way():
    linter = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
    subprocess.run(command, check=True, cwd=folder)
    (built,) = folder.glob("labour_migration_sim-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The command of an environment that holds the wheel, and borrows the libraries of this one."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", vars=paths))
    target = ["--prefix", folder, "--no-deps", "--no-index", "--ignore-installed", "--no-warn-script-location"]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *target, wheel], check=True)
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    scripts = Path(sysconfig.get_path("scripts", vars=paths))
    return scripts / Path(sys.executable).name


def sim(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [installed, "-m", "sim", *arguments]
    return subprocess.run(command, cwd=folder, env={"PATH": ""}, capture_output=True, text=True, check=False)


def test_the_wheel_carries_configuration_and_pack(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (("configs", "sim/_configs"), ("sim/region", "sim/region")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"{inside}/{path.relative_to(ROOT / folder).as_posix()}" in names
    assert not [name for name in names if not name.startswith(("sim/", "labour_migration_sim-"))]
    assert not [name for name in names if name.endswith((".pyc", ".nbi", ".nbc"))]


def test_the_wheel_works_in_an_empty_folder(installed, tmp_path):
    where = subprocess.run(
        [installed, "-c", "import sim; print(sim.__file__)"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert not Path(where.stdout.strip()).is_relative_to(ROOT)
    assert "seasonal_work_kazakhstan" in sim(installed, tmp_path, "scenarios").stdout
    assert "exchange_rate" in sim(installed, tmp_path, "data").stdout
    refused = sim(installed, tmp_path, "run", "scenario=no_bann")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Nearest: no_ban." in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_wheel_runs_the_job(installed, tmp_path):
    tiny = ["population.scale=0.0001", "population.burn_in=2", "until=2013-03", "seeds=2"]
    done = sim(installed, tmp_path, "compare", "scenario=no_ban", "against=history", "name=job", *tiny)
    assert done.returncode == 0, done.stderr
    assert {"run.json", "comparison.parquet", "report.html"} <= {
        path.name for path in (tmp_path / "results" / "job").iterdir()
    }
