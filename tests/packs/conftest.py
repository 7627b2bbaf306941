"""Packs made on the spot, installed as pip would: a package and its metadata, on the path of one test."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from kaocheng.packs.digest import folder_digest

Install = Callable[..., str]

PACK = """
from datetime import date
from kaocheng.packs import Edition, Finding, Pack, Signal, hookimpl, say

@hookimpl
def indicator_pack():
    return Pack(code="{code}", label="{code} 包", editions=(
        Edition(year="2026", since=date(2026, 1, 1), circular="示例"),))
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a pack and give back its digest: ``install("roads", "more Python")``."""
    installed: list[str] = []

    def _install(
        code: str,
        more: str = "",
        *,
        files: Mapping[str, str] | None = None,
        group: str = "kaocheng.packs",
        distribution: str = "",
    ) -> str:
        package = f"pack_{code}_{len(installed)}"
        site = tmp_path / f"site{len(installed)}"
        folder = site / package
        folder.mkdir(parents=True)
        for name, content in (files or {"__init__.py": PACK.format(code=code) + more}).items():
            (folder / name).write_text(content, "utf-8")
        name = distribution or f"dist-{code}"
        info = site / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{code} = {package}\n")
        monkeypatch.syspath_prepend(str(site))
        installed.append(package)
        return folder_digest(folder)

    yield _install
    for package in installed:
        sys.modules.pop(package, None)
