"""A score worked out by a pack's function, from the command line and handed up: recomputed, or refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.cli import main
from kaocheng.db import TenantId, tenant_session
from kaocheng.db.roles import Urls
from kaocheng.engine import Recipe, plugged
from kaocheng.rollup import service as rollup
from kaocheng.rollup.domain import Verdict
from kaocheng.scoring import service as scoring
from kaocheng.standings import keys
from kaocheng.standings import queries as standings
from kaocheng.standings import service as publishing
from tests.packs.functions import halved
from tests.packs.test_array_methods import GIVEN, LIGHTS, SCHEME, a_scheme
from tests.scoring import county as given
from tests.standings.test_bundle import KEY, a_bundle

Install = Any
FIGURES = "unit,indicator,value,period,series\n" + "".join(
    f"{figure.unit},{figure.indicator},{figure.value},{figure.period},{figure.series}\n"
    for figure in GIVEN.figures
)
PROJECT = '[project.entry-points."kaocheng.packs"]\nwarning_lights = "warning_lights"\n'


@pytest.fixture
def digest(install: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The pack of docs/packs.md, installed and allowed; a scheme and figures in the folder one stands in."""
    found: str = install("warning_lights", files={"__init__.py": LIGHTS})
    monkeypatch.setenv("KAOCHENG_PACKS", found)
    monkeypatch.setattr(plugged, "_offered", {})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scheme.toml").write_text(SCHEME, "utf-8")
    (tmp_path / "figures.csv").write_text(FIGURES, "utf-8")
    (tmp_path / "groups.csv").write_text("unit,class\n" + "".join(f"{u.code},区\n" for u in GIVEN.units))
    return found


COMPUTE = ("compute", "scheme.toml", "figures.csv", "--groups", "groups.csv", "--codes")


def test_compute_takes_the_method_of_an_installed_pack(
    digest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "scheme.toml"]) == 0
    assert main([*COMPUTE]) == 0
    said = capsys.readouterr().out
    assert "east,区,10.00,1," in said
    assert "south,区,8.50,3," in said

    assert main([*COMPUTE, "--explain", "south:dispatch"]) == 0
    assert "亮灯扣分(1月 99、2月 99、3月 100、目标值 100、分值 10、yellow 0.5、red 1) = 8.5" in (
        capsys.readouterr().out
    )


def test_compute_without_the_operators_leave_says_what_is_lacking(
    digest: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KAOCHENG_PACKS")

    assert main([*COMPUTE]) == 2

    assert "没有指标包的方法“warning_lights:lights@2026”" in capsys.readouterr().err


def test_the_folder_of_the_page_has_nothing_to_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "src" / "warning_lights"
    package.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (package / "__init__.py").write_text(LIGHTS, "utf-8")

    assert main(["packs", "check", str(tmp_path)]) == 0
    assert "1 个自有方法" in capsys.readouterr().out

    wrong = LIGHTS.replace("missed = month < target", "missed = month <= target")
    (package / "__init__.py").write_text(wrong, "utf-8")
    import sys

    del sys.modules["warning_lights"]
    assert main(["packs", "check", str(tmp_path)]) == 1
    assert "warning_lights@2026:方法“亮灯扣分”(lights):示例第 1 个单位得 9,写的是 10" in (
        capsys.readouterr().out
    )


# -- a bundle ------------------------------------------------------------------------------------------


def test_a_bundle_is_recomputed_where_the_pack_is_and_refused_in_one_sentence_where_not(
    digest: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from kaocheng.packs.shelf import open_shelf

    Path("city.kcb").write_bytes(a_bundle(a_scheme(open_shelf({digest})).recipe, GIVEN))
    Path("city.pub").write_text(keys.public(KEY).line + "\n")
    monkeypatch.setattr(plugged, "_offered", {})

    assert main(["bundle", "verify", "city.kcb", "--key", "city.pub"]) == 0
    assert "重算一致:月度任务 2026 第 1 次计算,5 个单位" in capsys.readouterr().out

    monkeypatch.setattr(plugged, "_offered", {})
    monkeypatch.setenv("KAOCHENG_PACKS", "")
    assert main(["bundle", "verify", "city.kcb", "--key", "city.pub"]) == 2
    (said,) = capsys.readouterr().err.strip().splitlines()
    assert f"“亮灯扣分”要有指标包 warning_lights@2026 才能计算(摘要 {digest})" in said


def test_a_bundle_whose_points_the_function_does_not_give_is_no_better_for_the_pack(
    digest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from kaocheng.packs.shelf import open_shelf

    recipe = a_scheme(open_shelf({digest})).recipe
    plugged.offer("warning_lights:lights@2026", digest, lambda parts, target, full, yellow, red: full)
    Path("city.kcb").write_bytes(a_bundle(recipe, GIVEN))
    Path("city.pub").write_text(keys.public(KEY).line + "\n")

    assert main(["bundle", "verify", "city.kcb", "--key", "city.pub"]) == 2

    assert "(far 月度任务:重算 /,所报 10.00)" in capsys.readouterr().err


# -- in the database -----------------------------------------------------------------------------------


def by_function(rule: Mapping[str, Any]) -> dict[str, Any]:
    method = {"label": "折半", "formula": "(分值+实际值)÷2", "takes": ["x", "full"]}
    return {
        **rule,
        "methods": {"m": {**method, "function": "halves:m@2026", "digest": "sha256:1"}},
        "papers": {
            code: {
                **paper,
                "nodes": {**paper["nodes"], "forest": {**paper["nodes"]["forest"], "method": "m"}},
            }
            for code, paper in rule["papers"].items()
        },
    }


@pytest.mark.database
async def test_a_run_and_a_delivery_need_the_pack_and_an_inbox_takes_it_once_it_is_there(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Recipe(by_function(given.recipe().keys))
    monkeypatch.setattr(given, "recipe", lambda: whole)
    city = await given.city_above(engine, urls.owner, county)
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    monkeypatch.setattr(plugged, "_offered", {})
    async with tenant_session(engine, county) as session:
        with pytest.raises(plugged.PackNeeded, match="halves@2026"):
            await scoring.run(session, "2026", by=staff["li"], at=given.NOON)

    plugged.offer("halves:m@2026", "sha256:1", halved)
    async with tenant_session(engine, county) as session:
        sheet = await scoring.run(session, "2026", by=staff["li"], at=given.NOON)
        it = await scoring.explain(session, sheet, "east", "forest")
        made = await publishing.publish(
            session, sheet.id, ("city",), by=staff["li"], at=given.NOON, data=tmp_path
        )
        content = await standings.bundle(session, made.id)
    assert sheet.sheet.facts == {"m": "halves:m@2026 sha256:1"}
    assert it.explanation.lines[:2] == (
        "(分值+实际值)÷2(指标包 halves@2026)",
        "折半(实际值 96、分值 50) = 73",
    )
    keys.pin(tmp_path, "city", "county", keys.public(keys.own(tmp_path, "county")))
    monkeypatch.setattr(plugged, "_offered", {})
    refused = await handed_in(engine, city, content, tmp_path)
    assert refused.verdict is Verdict.REFUSED
    assert "“折半”要有指标包 halves@2026 才能计算" in refused.reason
    plugged.offer("halves:m@2026", "sha256:1", halved)
    assert (await handed_in(engine, city, content, tmp_path)).verdict is Verdict.ACCEPTED


async def handed_in(engine: AsyncEngine, city: TenantId, content: bytes, data: Path) -> Any:
    async with tenant_session(engine, city) as session:
        return await rollup.receive(
            session, content, trusted=keys.trusted(data, "city"), by=None, at=given.NOON
        )
