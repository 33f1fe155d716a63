"""What a bare machine lacks is installed, or named; nothing else is touched."""

from pathlib import Path
from typing import Any

import pytest

from mmsadmin import bootstrap


class Machine:
    """A machine as the bootstrap sees it: programs on the path, packages that apt has, and what was done."""

    def __init__(self, tmp_path: Path) -> None:
        self.programs: dict[str, str] = {}
        self.packages: set[str] = set()
        self.has_venv = False
        self.npm_version = "11.0.0"
        self.done: list[str] = []
        self.said: list[str] = []
        self.folder = tmp_path

    def apt_install(self, package: str) -> bool:
        self.done.append(f"apt {package}")
        if package.endswith("-venv") and package in self.packages:
            self.has_venv = True
        return package in self.packages

    def answer(self, python: str | Path, code: str) -> str:
        if Path(python).is_relative_to(self.folder):
            return ""
        if "import venv" in code:
            return "yes" if self.has_venv else ""
        return "python3.11"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    bare = Machine(tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "venv")
    monkeypatch.setattr(bootstrap, "BIN", tmp_path / "venv/bin")
    monkeypatch.setattr(bootstrap, "answer", bare.answer)
    monkeypatch.setattr(bootstrap, "apt_install", bare.apt_install)
    monkeypatch.setattr(bootstrap, "say", bare.said.append)
    monkeypatch.setattr(bootstrap, "call", lambda *words, **_how: bare.done.append(" ".join(map(str, words))))
    monkeypatch.setattr(bootstrap, "python_packages", lambda lock: bare.done.append(f"pip {lock}"))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: bare.programs.get(name))

    def run(_command: list[str], **_how: Any) -> Any:
        return type("Done", (), {"stdout": bare.npm_version, "returncode": 0})()

    monkeypatch.setattr(bootstrap.subprocess, "run", run)
    return bare


def test_a_missing_venv_is_installed_and_used(machine: Machine) -> None:
    machine.packages = {"python3.11-venv"}
    bootstrap.make_venv()
    assert machine.done[0] == "apt python3.11-venv"
    assert " -m venv " in machine.done[1]


def test_a_venv_that_cannot_be_installed_is_named(machine: Machine) -> None:
    with pytest.raises(bootstrap.Halt, match=r"install the package python3\.11-venv"):
        bootstrap.make_venv()


def test_the_machines_npm_is_taken_where_it_is_new_enough(machine: Machine) -> None:
    machine.programs = {"npm": "/usr/bin/npm"}
    assert bootstrap.npm() == "/usr/bin/npm"
    assert machine.done == []


@pytest.mark.parametrize("programs, version", [({}, ""), ({"npm": "/usr/bin/npm"}, "6.14.0")])
def test_without_a_usable_npm_a_python_package_brings_one(
    machine: Machine, programs: dict[str, str], version: str
) -> None:
    machine.programs, machine.npm_version = programs, version
    assert bootstrap.npm() == str(bootstrap.BIN / "npm")
    assert machine.done == ["pip requirements-node.lock"]


def test_a_package_that_cannot_be_had_keeps_no_other_from_being_installed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    machine.packages = {"postgresql", "redis-server", "rabbitmq-server"}
    bootstrap.system_packages()
    assert machine.done == ["apt chromium", "apt postgresql", "apt redis-server", "apt rabbitmq-server"]
    assert machine.said == ["Could not install chromium: the tests that need it will be skipped by name."]


def test_a_browser_of_another_name_is_enough(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.programs = dict.fromkeys(("chromium-browser", "postgres", "redis-server", "rabbitmq-server"), "/usr/bin/it")
    bootstrap.system_packages()
    assert machine.done == []
