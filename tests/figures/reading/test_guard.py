"""What is answered before a file is parsed (RELIABILITY X-04 to X-09, X-27, X-29)."""

import io
import random
import re
import zipfile
from collections.abc import Mapping

import openpyxl
import pytest
from openpyxl import Workbook

from kaocheng.figures.reading import guard, open_book
from kaocheng.figures.reading.guard import ActiveContent, TooLarge, Unreadable, WrongFormat
from kaocheng.figures.reading.rows import Declares, undeclared
from tests.figures.reading import county

SAMPLE = county.sample("05")[1]


def repacked(
    change: Mapping[str, bytes] = {}, *, add: Mapping[str, bytes] = {}, level: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """The sample with parts replaced or added."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as old, zipfile.ZipFile(kept, "w", level) as new:
        for name in old.namelist():
            new.writestr(name, change.get(name, old.read(name)))
        for name, body in add.items():
            new.writestr(name, body)
    return kept.getvalue()


def part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as parts:
        return parts.read(name)


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "name",
    [
        "xl/vbaProject.bin",
        "xl/externalLinks/externalLink1.xml",
        "xl/embeddings/oleObject1.bin",
        "xl/activeX/activeX1.xml",
        "xl/connections.xml",
        "xl/queryTables/queryTable1.xml",
        "xl/macrosheets/sheet1.xml",
        "XL/VBAPROJECT.BIN",
    ],
)
def test_what_acts_is_found_by_its_part_not_by_the_files_name(name: str) -> None:
    with pytest.raises(ActiveContent, match="以“值”粘贴"):
        open_book(repacked(add={name: b"<x/>"}), "表.xlsx")


def test_power_query_and_links_to_elsewhere_are_active() -> None:
    with pytest.raises(ActiveContent, match="Power Query"):
        open_book(repacked(add={"customXml/item1.xml": b"<DataMashup/>"}), "表.xlsx")
    relation = (
        b'<Relationships><Relationship Id="r" Type="http://x/oleObject"'
        b' Target="http://a" TargetMode="External"/>'
    )
    with pytest.raises(ActiveContent, match="外部链接"):
        open_book(
            repacked(add={"xl/worksheets/_rels/sheet1.xml.rels": relation + b"</Relationships>"}), "表.xlsx"
        )


def test_a_hyperlink_and_an_offices_own_properties_are_not() -> None:
    assert open_book(repacked(add={"customXml/item1.xml": b"<properties/>"}), "表.xlsx").sheets
    book = Workbook()
    book.active["A1"] = "网站"  # type: ignore[index]
    book.active["A1"].hyperlink = "https://example.org"  # type: ignore[index, union-attr]
    assert open_book(county.saved(book), "表.xlsx").sheets


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "旧版"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        ("单位,数\n甲,1\n".encode(), "别的格式"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_another_format_is_named_whatever_the_extension_says(content: bytes, found: str) -> None:
    with pytest.raises(WrongFormat, match=f"{found}.*另存为 .xlsx"):
        open_book(content, "表.xlsx")


def test_an_ods_file_is_another_format() -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as ods:
        ods.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        ods.writestr("content.xml", "<x/>")
    with pytest.raises(WrongFormat, match="ods"):
        open_book(kept.getvalue(), "表.xlsx")


def folded(megabytes: int) -> bytes:
    """So much, of which a zip makes about a hundredth."""
    return random.Random(1).randbytes(1024) * (1024 * megabytes)


# Each is within every limit but the one it is about.
TOO_LARGE = {
    "最多 10.0 MB": lambda: repacked(add={"xl/media/a.png": random.Random(1).randbytes(guard.MOST_BYTES)}),
    "最多 32.0 MB": lambda: repacked({SHEET: folded(33)}),
    "最多 48.0 MB": lambda: repacked(add={f"xl/media/{n}.png": folded(25) for n in range(2)}),
    "最多 250 倍": lambda: repacked({SHEET: part(SHEET) + b" " * (8 * 2**20)}),
    "最多 300000 个单元格": lambda: repacked(
        {SHEET: part(SHEET) + b"".join(b'<c r="A%d"/>' % n for n in range(300_000))}
    ),
}


@pytest.mark.parametrize("most", TOO_LARGE)
def test_a_zip_bomb_is_refused_by_what_its_directory_declares(most: str) -> None:
    with pytest.raises(TooLarge, match=most):
        guard.check(TOO_LARGE[most](), "表.xlsx")


def test_too_many_parts_or_an_archive_inside_is_refused() -> None:
    with pytest.raises(TooLarge, match="部件"):
        open_book(repacked(add={f"xl/media/{n}.png": b"" for n in range(1001)}), "表.xlsx")
    with pytest.raises(TooLarge, match="压缩包"):
        open_book(repacked(add={"xl/media/a.zip": b"PK"}), "表.xlsx")


def test_a_lying_directory_is_no_way_round() -> None:
    content = bytearray(repacked({SHEET: b"0" * (2 * 2**20)}, level=zipfile.ZIP_DEFLATED))
    for found in re.finditer(re.escape((2 * 2**20).to_bytes(4, "little")), bytes(content)):
        content[found.start() : found.start() + 4] = (1000).to_bytes(4, "little")
    with pytest.raises((Unreadable, TooLarge)):
        open_book(bytes(content), "表.xlsx")


def test_entities_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(Unreadable, match="实体"):
        open_book(repacked({SHEET: bomb}), "表.xlsx")
    with pytest.raises(Unreadable):
        open_book(repacked({SHEET: bomb.decode().encode("utf-16")}), "表.xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("inside", ["", ' SYSTEM "file:///etc/passwd"', ' [<!ENTITY a "b">]'])
def test_rows_are_read_of_a_part_that_declares_nothing(inside: str, encoding: str) -> None:
    with pytest.raises(Declares):
        undeclared(f"<!DOCTYPE x{inside}><x/>".encode(encoding))
    assert undeclared("<x/>".encode(encoding))


def test_the_parser_is_the_defused_one() -> None:
    assert openpyxl.DEFUSEDXML is True
    assert openpyxl.LXML is False


def test_two_hundred_thousand_rows_are_refused_before_parsing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 200_001))
    body = part(SHEET)
    start = body.index(b"<sheetData>") + len(b"<sheetData>")
    content = repacked({SHEET: body[:start] + rows + body[body.index(b"</sheetData>") :]})
    monkeypatch.setattr(guard, "MOST_RATIO", 10_000)
    with pytest.raises(TooLarge, match="行"):
        guard.check(content, "表.xlsx")


def test_a_merged_range_over_the_whole_sheet_is_refused() -> None:
    body = part(SHEET).replace(
        b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    )
    with pytest.raises(TooLarge, match="合并"):
        open_book(repacked({SHEET: body}), "表.xlsx")


def test_one_stray_cell_far_away_is_no_burden() -> None:
    book = Workbook()
    book.active["A1"] = 1  # type: ignore[index]
    book.active["XFD1048576"] = 1  # type: ignore[index]
    (sheet,) = open_book(county.saved(book), "表.xlsx").sheets

    assert sorted(sheet.rows) == [1, 1048576]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        SAMPLE[:3000],
        SAMPLE[:-200],
        repacked({SHEET: b"<worksheet><broken"}),
        repacked({"xl/styles.xml": b"not xml"}),
        bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 64 + "EncryptedPackage".encode("utf-16-le"),
    ],
)
def test_an_encrypted_cut_or_broken_file_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable, match="打不开"):
        open_book(content, "表.xlsx")


def test_each_refusal_has_its_stable_code() -> None:
    assert [one.code for one in (TooLarge, WrongFormat, Unreadable, ActiveContent)] == [
        "too_large",
        "wrong_format",
        "unreadable",
        "active_content",
    ]
