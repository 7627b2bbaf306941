"""CSV as people hand it in: encodings, separators, quotes, headers; each mistake with its place."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from kaocheng.rulebook.tables import BadTable, Table, decoded, read_table

TEXT = "unit,value\n甲,1\n乙,2\n"


def table(folder: Path, content: str | bytes, further: Sequence[str] | None = ()) -> Table:
    path = folder / "f.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, ("unit", "value"), further)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("gb18030"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.rstrip("\n").encode(),
        (TEXT + "\n,\n  ,\n\n").encode(),
        b"\n" + TEXT.encode(),
        TEXT.replace("unit", " Unit ").replace("甲", " 甲 ").encode(),
        TEXT.replace("甲", '"甲"').encode(),
        TEXT.replace("\n", ",,\n").encode(),
    ],
)
def test_a_table_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    found = table(tmp_path, content)
    assert found.found == []
    assert (found["unit"], found["value"], found["absent"]) == (["甲", "乙"], ["1", "2"], ["", ""])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "1:文件是空的;首行请写英文列名:unit,value"),
        ("\n \n", "1:文件是空的;首行请写英文列名:unit,value"),
        ("unit;value\n甲;1\n", "1:各列是用“;”隔开的;请存成用英文逗号隔开的 CSV"),
        ("unit\tvalue\n甲\t1\n", "1:各列是用“制表符”隔开的;请存成用英文逗号隔开的 CSV"),
        ("unit，value\n甲，1\n", "1:各列是用“，”隔开的;请存成用英文逗号隔开的 CSV"),
        ("甲,1\n", "1:首行缺少列 unit、value,现在是“甲,1”;首行请写英文列名:unit,value"),
        ("unt,value\n甲,1\n", "1:1:不认识的列“unt”;是否应为“unit”?"),
        ("单位,value\n甲,1\n", "1:1:不认识的列“单位”;是否应为“unit”?"),
        ("unit,value,perid\n甲,1,2026\n", "1:3:不认识的列“perid”;是否应为“period”?"),
        ("unit,value,note\n甲,1,好\n", "1:3:没有用到列“note”"),
        ("unit,value,value\n甲,1,2\n", "1:3:列“value”写了两次;请只留一列"),
        ("unit,value,\n甲,1,\n乙,2,好\n", "3:3:第 3 列没有列名;请在首行写上列名,或删去这一列"),
        ("unit,value\n甲\n", "2:2:这一行只有 1 格,缺 value;没有数的也请留出空格"),
        ("unit,value\n甲,1,085\n", "2:3:这一行有 3 格,首行只有 2 列;值里有逗号时请加引号"),
        ('unit,value\n甲,1\n"乙,2\n丙,3\n', "3:引号没有配对;值里有英文引号时请写成两个,或删去引号"),
        ('unit,value\n"甲"镇,1\n', "2:引号没有配对;值里有英文引号时请写成两个,或删去引号"),
        ("unit,value\n甲,\0001\n", "2:有看不见的字符(NUL);请用电子表格软件重新存成 CSV UTF-8"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    assert [str(finding) for finding in table(tmp_path, content, ("period",)).found] == [f"f.csv:{said}"]


def test_lines_are_those_of_the_file_after_blank_ones_and_breaks_inside_quotes(tmp_path: Path) -> None:
    found = table(tmp_path, 'unit,value\n\n"甲\n镇",1\n乙,2\n\n丙,3\n')
    assert list(found.lines) == [3, 5, 7]


def test_a_row_that_is_wrong_does_not_hide_the_others(tmp_path: Path) -> None:
    found = table(tmp_path, "unit,value\n甲,1,2\n乙\n丙,3\n")
    assert [finding.line for finding in found.found] == [2, 3]
    assert (found["unit"], found["value"], list(found.lines)) == (["丙"], ["3"], [4])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04rest", "这是 Excel 工作簿,不是 CSV;请另存为 CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0rest", "这是 Excel 工作簿,不是 CSV"),
        (b"\x81\x00\xff\xff", "看不出文字编码;请存成 UTF-8"),
    ],
)
def test_a_file_that_is_no_text_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "f.csv").write_bytes(content)
    with pytest.raises(BadTable, match=reason):
        decoded(tmp_path / "f.csv")
