"""What is installed is what is in the checkout: a wheel is built, read, installed elsewhere and used from there."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[1]


def project() -> dict[str, Any]:
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


ROOMS = sorted({name.split(".")[0] for name in project()["tool"]["setuptools"]["packages"]})


def files_of(root: Path) -> dict[str, int]:
    """The sources and resources under `root`, by path, with their sizes in bytes; not what Python and tools leave."""
    found = {}
    for room in ROOMS:
        for file in (root / room).rglob("*"):
            path = file.relative_to(root)
            if file.is_file() and "__pycache__" not in path.parts and not file.name.startswith("."):
                found[path.as_posix()] = file.stat().st_size
    return found


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip(*arguments: str | Path, cwd: Path) -> None:
    run(sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, since a build leaves folders behind; with tests, to see that they stay out."""
    root = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(CHECKOUT / name, root)
    for name in (*ROOMS, "tests"):
        shutil.copytree(CHECKOUT / name, root / name)
    return root


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", out, source, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    pip("install", "--no-index", "--no-deps", "--no-compile", "--target", target, wheel, cwd=target)
    return target


def test_the_wheel_holds_every_source_and_resource_and_no_test(source: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {entry.filename: entry.file_size for entry in archive.infolist()}
    shipped = {path: size for path, size in held.items() if ".dist-info/" not in path}
    expected = files_of(source)
    assert expected.keys() - shipped.keys() == set(), "list the package or its files in pyproject.toml"
    assert shipped.keys() - expected.keys() == set()
    assert shipped == expected


def test_resources_are_found_away_from_the_checkout(source: Path, installed: Path, tmp_path: Path) -> None:
    listing = """
import importlib.resources, json, pathlib, sys
import app, db, hardware, printing, resources, ui
sizes = {}
def walk(folder, path):
    for entry in folder.iterdir():
        if entry.is_dir():
            walk(entry, path + entry.name + "/")
        else:
            sizes[path + entry.name] = len(entry.read_bytes())
walk(importlib.resources.files("resources"), "resources/")
homes = [str(pathlib.Path(room.__file__).parent.parent) for room in (app, db, hardware, printing, resources, ui)]
print(json.dumps([sizes, sorted(set(homes))]))
"""
    output = run(sys.executable, "-B", "-c", listing, cwd=tmp_path, PYTHONPATH=str(installed))
    sizes, homes = json.loads(output)
    assert homes == [str(installed)]
    assert sizes == {path: size for path, size in files_of(source).items() if path.startswith("resources/")}


def test_the_installed_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    command = installed / ("Scripts/packbench.exe" if sys.platform == "win32" else "bin/packbench")
    output = run(command, "--version", cwd=tmp_path, PYTHONPATH=str(installed), PYTHONDONTWRITEBYTECODE="1")
    assert project()["project"]["version"] in output
