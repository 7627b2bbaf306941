"""What must be true of a file before anything parses it: a plain workbook, small, nothing in it acts.

A zip's directory is read first; a bomb, a macro or a password is answered from there.
"""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from kaocheng.errors import Invalid
from kaocheng.i18n import _

__all__ = ["ActiveContent", "TooLarge", "Unreadable", "WrongFormat", "check"]

MOST_BYTES = 10 * 2**20  # of the file
MOST_UNPACKED = 48 * 2**20  # of all its parts
MOST_PART = 32 * 2**20
MOST_MEMBERS = 1000
MOST_RATIO = 250  # of a part above 1 MB; sheets of one repeated number reach about 100
MOST_ROWS = 20_000
MOST_CELLS = 300_000
MOST_AREA = 100_000  # cells under merged ranges: the reader library visits each

_ROW = re.compile(rb"<(?:\w+:)?row[ />]")
_CELL = re.compile(rb"<(?:\w+:)?c[ />]")
_RANGES = [  # one for each, which begins with a plain word: a pattern of both is tried at every byte
    re.compile(name + rb'\b[^>]*?\bref="\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})"')
    for name in (b"mergeCell", b"hyperlink")
]
_ACTIVE: tuple[tuple[str, Callable[[], str]], ...] = (
    ("xl/vbaproject", lambda: _("宏")),
    ("xl/macrosheets/", lambda: _("宏表")),
    ("xl/dialogsheets/", lambda: _("对话框表")),
    ("xl/externallinks/", lambda: _("外部链接或 DDE")),
    ("xl/embeddings/", lambda: _("嵌入对象")),
    ("xl/activex/", lambda: _("ActiveX 控件")),
    ("xl/connections", lambda: _("数据连接")),
    ("xl/querytables/", lambda: _("外部查询")),
    ("xl/model/", lambda: _("数据模型")),
    ("xl/webextensions/", lambda: _("网页加载项")),
    ("xl/ddelinks/", lambda: _("DDE")),
    ("customui/", lambda: _("自定义功能区")),
)
_EXTERNAL = re.compile(
    rb"<(?:\w+:)?Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE
)
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(eq=False)
class TooLarge(Invalid):
    """More bytes, parts or rows than any form has."""

    file: str
    size: str
    most: str

    code = "too_large"

    def __str__(self) -> str:
        return _(
            "《{file}》过大:{size},最多 {most};请只保留本表的工作表,删去空白行列和图片后另存再导入",
            file=self.file,
            size=self.size,
            most=self.most,
        )


@dataclass(eq=False)
class WrongFormat(Invalid):
    """Not an .xlsx workbook, whatever its name says."""

    file: str
    found: str

    code = "wrong_format"

    def __str__(self) -> str:
        return _(
            "《{file}》是{found},不是 .xlsx 工作簿;请在 Excel 或 WPS 中另存为 .xlsx 后再导入",
            file=self.file,
            found=self.found,
        )


@dataclass(eq=False)
class Unreadable(Invalid):
    """Encrypted, cut short or broken."""

    file: str
    why: str

    code = "unreadable"

    def __str__(self) -> str:
        return _("《{file}》打不开:{why};请去掉密码、重新保存后再导入", file=self.file, why=self.why)


@dataclass(eq=False)
class ActiveContent(Invalid):
    """It holds something that acts: a macro, a link to elsewhere, an embedded object."""

    file: str
    part: str
    what: str

    code = "active_content"

    def __str__(self) -> str:
        return _(
            "《{file}》含有{what}({part}),不予打开;请把表格内容以“值”粘贴到新的工作簿后再导入",
            file=self.file,
            what=self.what,
            part=self.part,
        )


def check(content: bytes, file: str) -> None:
    """Refuse what must not be parsed.

    Raises:
        TooLarge, WrongFormat, Unreadable, ActiveContent: with what to do instead.
    """
    within_size(content, file)
    _kind(content, file)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _directory(parts, file)
            _contents(parts, file)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
    ) as broken:
        raise Unreadable(file, _("文件不完整或已损坏")) from broken
    except RuntimeError as locked:  # the zip's own password
        raise Unreadable(file, _("文件有密码")) from locked


def within_size(content: bytes, file: str) -> None:
    """Refuse what is larger than any form is, before it is even kept.

    Raises:
        TooLarge: it is.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(file, _megabytes(len(content)), _megabytes(MOST_BYTES))


def _kind(content: bytes, file: str) -> None:
    if not content:
        raise Unreadable(file, _("文件是空的"))
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unreadable(file, _("文件有密码"))
        raise WrongFormat(file, _("旧版 .xls 或 WPS .et 文件"))
    if content.startswith(b"PK\x03\x04"):
        return
    start = content[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")):
        raise WrongFormat(file, _("网页或 XML 文件"))
    if start.startswith(b"%pdf"):
        raise WrongFormat(file, _("PDF 文件"))
    raise WrongFormat(file, _("别的格式"))


def _directory(parts: zipfile.ZipFile, file: str) -> None:
    members = parts.infolist()
    if len(members) > MOST_MEMBERS:
        raise TooLarge(file, _("{count} 个部件", count=len(members)), _("{count} 个部件", count=MOST_MEMBERS))
    if sum(m.file_size for m in members) > MOST_UNPACKED:
        raise TooLarge(file, _megabytes(sum(m.file_size for m in members)), _megabytes(MOST_UNPACKED))
    names = [m.filename.lower().replace("\\", "/").lstrip("/") for m in members]
    if len(set(names)) != len(names):
        raise Unreadable(file, _("同一部件出现两次"))
    for member, name in zip(members, names, strict=True):
        if member.file_size > MOST_PART:
            raise TooLarge(file, _megabytes(member.file_size), _megabytes(MOST_PART))
        times = member.file_size // max(member.compress_size, 1)
        if member.file_size > 2**20 and times > MOST_RATIO:
            raise TooLarge(file, _("压缩了 {times} 倍", times=times), _("{times} 倍", times=MOST_RATIO))
        if name.endswith((".zip", ".7z", ".rar", ".gz")):
            raise TooLarge(file, _("压缩包里还有压缩包 {name}", name=member.filename), _("一层"))
        for start, what in _ACTIVE:
            if name.startswith(start):
                raise ActiveContent(file, member.filename, what())
    if "[content_types].xml" not in names or not any(n.startswith("xl/workbook") for n in names):
        found = _(".ods 表格") if "mimetype" in names else _("别的压缩文件")
        raise WrongFormat(file, found)


def _contents(parts: zipfile.ZipFile, file: str) -> None:
    rows = cells = 0
    for member in parts.infolist():
        name = member.filename.lower()
        if not name.endswith((".xml", ".rels", ".vml")):
            continue
        body = parts.read(member)  # reading to the end also checks the part's checksum
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise Unreadable(file, _("部件 {name} 里有实体声明", name=member.filename))
        if name.endswith(".rels"):
            _relations(body, member.filename, file)
        elif name.startswith("customxml/") and b"DataMashup" in body:
            raise ActiveContent(file, member.filename, "Power Query")
        elif name.startswith("xl/worksheets/"):
            rows += sum(1 for _row in _ROW.finditer(body))
            cells += body.count(b"<c ") + body.count(b"<c>") + body.count(b":c ")
            _areas(body, file)
            if rows > MOST_ROWS:
                raise TooLarge(file, _("{count} 行", count=rows), _("{count} 行", count=MOST_ROWS))
            if cells > MOST_CELLS:
                raise TooLarge(
                    file, _("{count} 个单元格", count=cells), _("{count} 个单元格", count=MOST_CELLS)
                )


def _relations(body: bytes, part: str, file: str) -> None:
    for relation in _EXTERNAL.findall(body):
        if not re.search(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", relation):
            raise ActiveContent(file, part, _("外部链接"))


def _areas(body: bytes, file: str) -> None:
    area = 0
    for left, top, right, bottom in chain.from_iterable(one.findall(body) for one in _RANGES):
        area += (int(bottom) - int(top) + 1) * (_ordinal(right) - _ordinal(left) + 1)
    if area > MOST_AREA:
        size = _("合并区域有 {count} 个单元格", count=area)
        raise TooLarge(file, size, _("{count} 个单元格", count=MOST_AREA))


def _ordinal(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"
