"""Who may know whom: the contracts of pyproject.toml hold, cover every module, and catch what they are there for."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import grimp
import pytest

CHECKOUT = Path(__file__).parents[1]
NOT_SHIPPED = {"tests", "bench", "docs", "build", "dist"}


def linter_settings() -> dict[str, Any]:
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        settings: dict[str, Any] = tomllib.load(file)["tool"]["importlinter"]
    return settings


def lint(checkout: Path) -> tuple[int, str]:
    """Exit code and output of the contracts over one tree; a process of its own, so that no imported module is in the
    way of the tree's."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter import cli; exit(cli.lint_imports(no_cache=True, no_logo=True))"],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
    )
    # the report is wrapped to the width of a terminal
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def modules() -> set[str]:
    """Every module of the checkout that is not a test or a measurement, by walking the folders."""
    found = set()
    for top in CHECKOUT.iterdir():
        if top.name in NOT_SHIPPED or top.name.startswith("."):
            continue
        for file in top.rglob("*.py") if top.is_dir() else [top] if top.suffix == ".py" else []:
            parts = file.relative_to(CHECKOUT).with_suffix("").parts
            found.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(*linter_settings()["root_packages"], include_external_packages=True, cache_dir=None)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources alone, to plant faults in; each test takes its own fault out again."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copy(CHECKOUT / "pyproject.toml", root)
    for name in linter_settings()["root_packages"]:
        for file in (CHECKOUT / name).rglob("*.py"):
            target = root / file.relative_to(CHECKOUT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    return root


def test_the_contracts_hold() -> None:
    code, output = lint(CHECKOUT)
    assert code == 0, output


def test_every_module_has_a_layer() -> None:
    (layers,) = (one for one in linter_settings()["contracts"] if one["type"] == "layers")
    listed = {
        name.strip().strip("()") for layer in layers["layers"] for name in layer.replace("|", ":").split(":")
    }
    homeless = {
        module
        for module in modules() - {"app"}
        if not any(module == name or module.startswith(name + ".") for name in listed)
    }
    assert not homeless, "give these a layer in pyproject.toml, [tool.importlinter]"


def test_the_linter_reads_every_module(imports: grimp.ImportGraph) -> None:
    assert modules() <= imports.modules


def test_the_package_app_itself_is_empty() -> None:
    # it is in no layer, and everything imports it
    assert (CHECKOUT / "app" / "__init__.py").read_text() == ""


@pytest.mark.parametrize(
    ("room", "besides"),
    [("app.domain", {"app.domain"}), ("app.waves", {"app.waves", "app.domain", "numpy", "numba", "highspy"})],
)
def test_rules_stand_on_the_standard_library(imports: grimp.ImportGraph, room: str, besides: set[str]) -> None:
    foreign = {
        (module, imported)
        for module in {room, *imports.find_descendants(room)}
        for imported in imports.find_modules_directly_imported_by(module)
        if imported.split(".")[0] not in sys.stdlib_module_names
        and not any(imported == name or imported.startswith(name + ".") for name in besides)
    }
    assert not foreign


@pytest.mark.parametrize(
    ("module", "line", "contract", "complaint"),
    [
        ("app.domain.planted", "import PySide6", "qt", "app.domain is not allowed to import PySide6"),
        ("printing.planted", "from db import engine", "devices", "printing is not allowed to import db"),
        ("app.headless", "from ui import probe", "qt", "app.headless is not allowed to import PySide6"),
        ("app.carriers.planted", "import sqlalchemy.orm", "sql", "app.carriers is not allowed to import sqlalchemy"),
        ("ui.planted", "def late():\n    import hardware", "views", "ui is not allowed to import hardware"),
        ("db.planted", "import hardware", "layers", "db is not allowed to import hardware"),
        ("hardware.planted", "import printing", "layers", "hardware is not allowed to import printing"),
    ],
)
def test_a_planted_violation_is_caught(copy: Path, module: str, line: str, contract: str, complaint: str) -> None:
    (name,) = (one["name"] for one in linter_settings()["contracts"] if one["id"] == contract)
    file = copy.joinpath(*module.split(".")).with_suffix(".py")
    before = file.read_text() if file.exists() else None
    file.write_text((before or "") + "\n" + line + "\n")
    try:
        code, output = lint(copy)
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)
    assert code == 1
    assert f"{name} BROKEN" in output
    assert complaint in output
