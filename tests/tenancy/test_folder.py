"""Reading a tenant's folder: what it says, and every way it can be wrong."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kaocheng.identity.domain import Role
from kaocheng.tenancy import folder
from kaocheng.tenancy.domain import FormKind
from kaocheng.tenancy.folder import BadFolder, NoTenantFolder

EXAMPLE = Path(__file__).parent / "example"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "county"))


def changed(path: Path, name: str, old: str, new: str) -> None:
    text = (path / name).read_text(encoding="utf-8")
    assert old in text
    (path / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def mistakes(path: Path) -> list[str]:
    with pytest.raises(BadFolder) as refusal:
        folder.read(path)
    return [str(mistake) for mistake in refusal.value.mistakes]


def test_a_folder_says_who_the_tenant_is_and_what_it_consists_of() -> None:
    read = folder.read(EXAMPLE)
    assert (read.code, read.name, read.kind, read.invented) == ("county", "云岭县", "county", True)
    assert (dict(read.packs), read.reports_to) == ({"target_responsibility": "2026"}, ("neighbour",))
    assert [(unit.code, unit.group) for unit in read.units] == [
        ("chengguan", "乡镇"),
        ("dongchuan", "乡镇"),
        ("development", "县直部门"),
        ("energy", None),
        ("statistics", None),
    ]
    assert read.units[0].attributes == {"terrain": "平原"}
    assert read.units[3].parent == "development"
    half = read.forms[0]
    assert (half.kind, half.collector, half.due) == (FormKind.FIGURES, "statistics", date(2026, 7, 10))
    assert read.people[2].roles == {Role.COLLECTOR, Role.VERIFIER}
    assert [(past.score, past.invented) for past in read.history] == [
        (Decimal("91.20"), True),
        (Decimal("58.5"), True),
    ]


def later(path: Path, *rows: str) -> None:
    """Further rows of units.csv, each with the day it holds from."""
    changed(path, "units.csv", "ordinal,terrain", "ordinal,terrain,from")
    with (path / "units.csv").open("a", encoding="utf-8") as units:
        units.writelines(f"{row}\n" for row in rows)


def test_further_rows_say_what_changes_and_when(copy: Path) -> None:
    later(copy, "chengguan,城关镇,,,,开发区,2026-10-01", "chengguan,,,,,山区,2026-07-01")

    unit = folder.read(copy).units[0]

    assert unit.attributes == {"terrain": "平原"}
    assert unit.changes == (("2026-07-01", {"terrain": "山区"}), ("2026-10-01", {"terrain": "开发区"}))


def test_a_further_row_that_changes_more_than_attributes_is_a_mistake(copy: Path) -> None:
    later(
        copy,
        "nobody,,,,,山区,2026-07-01",
        "dongchuan,,县直部门,,,,2026-07-01",
        "dongchuan,东川街道,,,,,2026-08-01",
        "chengguan,,,,,山区,七月",
        "chengguan,,,,,山区,2026-07-01",
        "chengguan,,,,,平原,2026-07-01",
    )

    assert mistakes(copy) == [
        "units.csv:7: “nobody”没有不写 from 的一行;请先写它本来的情况",
        "units.csv:8: 自某天起能变的只有属性;“class”请改在不写 from 的一行",
        "units.csv:9: 自某天起能变的只有属性;“label”请改在不写 from 的一行",
        "units.csv:10: “七月”不是日期;请写成 2026-07-01 的样子",
        "units.csv:12: “chengguan”自 2026-07-01 起的变化写了两次",
    ]


def test_every_mistake_is_named_with_its_file_and_line(copy: Path) -> None:
    changed(copy, "tenant.toml", "invented = true", "invened = true")
    changed(copy, "tenant.toml", 'kind = "targets"', 'kind = "target"')
    changed(copy, "tenant.toml", 'period = "2026H1"', 'period = "2026H3"')
    changed(copy, "tenant.toml", "县统计局", "县统记局")
    changed(copy, "units.csv", "dongchuan,东川镇", "chengguan,东川镇")
    changed(copy, "units.csv", ",development,4", ",developmen,4")
    changed(copy, "people.csv", "office;leader", "offcie;leader")
    changed(copy, "people.csv", "chengguan,liaison", ",liaison")
    changed(copy, "history.csv", "58.5", "58。5分")
    with (copy / "history.csv").open("a", encoding="utf-8") as history:
        history.write("去年,development,1,1,良好\n")
    assert mistakes(copy) == [
        "tenant.toml:8: 没有设置“invened”;是不是想写“invented”?",
        "units.csv:3: “chengguan”在第 2 行已经有了",
        "units.csv:5: 没有上级单位“developmen”;是不是想写“development”?",
        "tenant.toml:15: “2026H3”不是时段;请写成 2026、2026H1、2026Q3、2026-07 或 2026-01..2026-09",
        "tenant.toml:16: 没有单位“县统记局”;是不是想写“县统计局”?",
        "tenant.toml:21: 没有kind“target”;是不是想写“targets”?",
        "people.csv:2: 没有角色“offcie”;是不是想写“office”?",
        "people.csv:3: 填报联络员须写明所在单位",
        "history.csv:3: 没有单位“dongchuan”;是不是想写“chengguan”?",
        "history.csv:3: “58。5分”不是数:请只填一个数",
        "history.csv:4: “去年”不是时段;请写成 2026、2026H1、2026Q3、2026-07 或 2026-01..2026-09",
    ]


def test_what_excel_saves_on_a_chinese_windows_reads_the_same(copy: Path) -> None:
    for name in ("units.csv", "people.csv"):
        (copy / name).write_bytes((copy / name).read_text(encoding="utf-8").encode("gb18030"))
    toml = copy / "tenant.toml"
    toml.write_bytes(b"\xef\xbb\xbf" + toml.read_bytes().replace(b"\n", b"\r\n"))
    assert folder.read(copy).units == folder.read(EXAMPLE).units
    assert folder.read(copy).people == folder.read(EXAMPLE).people


def test_broken_toml_names_the_line(copy: Path) -> None:
    changed(copy, "tenant.toml", 'name = "云岭县"', 'name = "云岭县')
    assert mistakes(copy)[0].startswith("tenant.toml:4:12: 不合 TOML 的写法")


def test_what_must_be_there_is_asked_for(copy: Path) -> None:
    changed(copy, "tenant.toml", 'name = "云岭县"\n', "")
    changed(copy, "tenant.toml", "due = 2026-07-10", 'due = "7月10日"')
    changed(copy, "units.csv", "code,label,class", "code,class,klass")
    changed(copy, "people.csv", "wang,王芳", "wang zhi,")
    (copy / "history.csv").write_text("")
    assert mistakes(copy) == [
        "tenant.toml:2: 缺少 name",
        "units.csv:1: 缺少列“label”",
        "tenant.toml:16: due 应为日期,写成 2026-07-10,不加引号",
        "people.csv:2: 代码“wang zhi”只能用英文字母、数字和 _ . -,最多 64 个字符",
        "people.csv:2: “label”是空的",
        "history.csv:1: 文件是空的;第一行应为表头",
    ]


def test_units_may_not_be_their_own_superiors(copy: Path) -> None:
    changed(copy, "units.csv", "县发改局,县直部门,,", "县发改局,县直部门,energy,")
    assert [line.partition(" ")[0] for line in mistakes(copy)] == ["units.csv:4:", "units.csv:5:"]


def test_one_forms_code_stands_once(copy: Path) -> None:
    changed(copy, "tenant.toml", 'code = "targets"', 'code = "half"')
    assert mistakes(copy) == ["tenant.toml:20: 表“half”已经有了"]


def test_a_misspelt_file_is_not_passed_over(copy: Path) -> None:
    (copy / "people.csv").rename(copy / "peple.csv")
    (copy / "notes.csv").write_text("anything")
    assert mistakes(copy) == ["peple.csv: 这个文件名不会被读取;是不是想写“people.csv”?"]


def test_a_folder_of_tenants_is_read_superiors_first(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "a-county")
    shutil.copytree(EXAMPLE, tmp_path / "b-city")
    changed(tmp_path / "b-city", "tenant.toml", 'code = "county"', 'code = "neighbour"')
    changed(tmp_path / "b-city", "tenant.toml", 'reports_to = ["neighbour"]', "")
    (tmp_path / "not-a-tenant").mkdir()
    assert [found.code for found in folder.read_all(tmp_path)] == ["neighbour", "county"]
    assert folder.read_all(EXAMPLE) == (folder.read(EXAMPLE),)


def test_two_tenants_of_one_code_and_a_circle_of_superiors_are_mistakes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(EXAMPLE, tmp_path / name)
    with pytest.raises(BadFolder, match=r"one/tenant.toml: 代码“county”被不止一个地区使用"):
        folder.read_all(tmp_path)
    changed(tmp_path / "two", "tenant.toml", 'code = "county"', 'code = "neighbour"')
    changed(tmp_path / "two", "tenant.toml", 'reports_to = ["neighbour"]', 'reports_to = ["county"]')
    with pytest.raises(BadFolder, match="绕了一圈"):
        folder.read_all(tmp_path)


def test_an_empty_place_is_no_tenant(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NoTenantFolder, match="没有 tenant"):
            folder.read_all(place)
    with pytest.raises(NoTenantFolder):
        folder.read(tmp_path)


def test_a_list_of_units_nobody_can_read_is_one_mistake(copy: Path) -> None:
    (copy / "units.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(BadFolder) as bad:
        folder.read(copy)
    assert [mistake.place.file for mistake in bad.value.mistakes] == ["units.csv"]
