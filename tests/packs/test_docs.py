"""The examples of docs/packs.md, run."""

import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from kaocheng.packs import check, data_pack, hookspecs
from kaocheng.packs.shelf import open_shelf
from kaocheng.schemes.service import check as check_scheme
from kaocheng.testing import a_figure, check_pack

PAGE = (Path(__file__).parents[2] / "docs" / "packs.md").read_text("utf-8")
TOML = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
PYTHON, LIGHTS = (text for text in re.findall(r"```python\n(.*?)```", PAGE, re.S))


@pytest.fixture
def rural_roads() -> ModuleType:
    module = ModuleType("vendor_rural_roads")
    exec(PYTHON, module.__dict__)
    return module


def test_each_hook_has_its_section() -> None:
    hooks = [name for name, what in vars(hookspecs).items() if hasattr(what, "kaocheng_spec")]

    assert hooks[0] == "indicator_pack"
    assert all(f"### {hook}(" in PAGE for hook in hooks[1:])


def test_the_data_pack_is_one(tmp_path: Path) -> None:
    project, pack = TOML[:2]
    package = tmp_path / "src" / "vendor_rural_roads"
    package.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(project, "utf-8")
    (package / "pack.toml").write_text(pack, "utf-8")

    read = check.load(check.source(tmp_path))

    check_pack(read)
    assert read.editions[0].methods[0].keys == ("checked", "kept")
    assert data_pack.read(package) == read


def test_the_python_pack_declares_and_doubts(rural_roads: ModuleType) -> None:
    check_pack(rural_roads.indicator_pack())

    (finding,) = rural_roads.doubts(
        a_figure("96.5", indicator="paved"), [a_figure("98.0", indicator="paved", period="2025")]
    )
    assert str(finding) == "由 98% 降为 96.5%,硬化路很少消失"
    assert rural_roads.doubts(a_figure("98.5", indicator="paved"), [a_figure("98", indicator="paved")]) == []


def test_the_scheme_that_takes_the_template_differs_only_where_it_says_so() -> None:
    tenant, scheme = TOML[2:4]
    shelf = open_shelf().for_tenant(tomllib.loads(tenant)["tenant"]["packs"])

    recipe = check_scheme(scheme, shelf).recipe()

    nodes = recipe.papers["township"].nodes
    assert (nodes["revenue"]["full"], nodes["investment"]["full"]) == (7, 7)
    assert (nodes["grain"]["full"], nodes["revenue"]["clause"]) == (4, "表.1")
