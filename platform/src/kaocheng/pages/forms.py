"""What a person hands in by a form: only the fields the page asked for, as clean text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from litestar.datastructures import UploadFile

from kaocheng.errors import Invalid
from kaocheng.i18n import _
from kaocheng.pages.visit import Ask

CSRF = "_csrf"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Malformed(Invalid):
    """The request itself, not what a person filled in, makes no sense: no page of ours sends it."""


@dataclass(eq=False)
class UnknownField(Malformed):
    """A form or an address carries a field nobody asked for."""

    field: str

    code = "unknown_field"

    def __str__(self) -> str:
        return _("没有“{field}”这一项;请从页面上的表单提交", field=self.field[:40])


@dataclass(eq=False)
class BadField(Invalid):
    """A field that had to be filled in is empty, too long, or not text."""

    field: str
    reason: str

    code = "bad_field"

    def __str__(self) -> str:
        return _("“{field}”{reason}", field=self.field, reason=self.reason)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in; the name is the last part of whatever the browser sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one form."""

    fields: Mapping[str, tuple[str, ...]]
    files: Mapping[str, tuple[Upload, ...]]

    def text(self, name: str, *, required: str = "", longest: int = 2000) -> str:
        """The field, stripped; *required* is its label where an empty one is a mistake."""
        written = next(iter(self.fields.get(name, ())), "").strip()
        if required and not written:
            raise BadField(required, _("没有填"))
        if len(written) > longest:
            raise BadField(required or name, _("太长:最多 {longest} 字", longest=longest))
        return written

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may occur more than once (ticked boxes)."""
        return self.fields.get(name, ())

    def whole(self, name: str, *, required: str) -> int:
        """The field as a whole number a key may have."""
        written = self.text(name, required=required)
        if not written.isascii() or not written.isdigit() or len(written) > 9:
            raise BadField(required, _("不是有效的编号"))
        return int(written)

    def upload(self, name: str, *, required: str) -> Upload:
        """The one file of a field."""
        files = self.uploads(name)
        if not files:
            raise BadField(required, _("没有选择文件"))
        return files[0]

    def uploads(self, name: str) -> tuple[Upload, ...]:
        """Every file of a field, without the empty one a browser sends for none."""
        return tuple(file for file in self.files.get(name, ()) if file.name)


async def form(request: Ask, *expected: str) -> Form:
    """Read the form: url-encoded or multipart, only the fields in *expected*.

    Raises:
        UnknownField: it holds another one.
        BadField: it holds a character that is no text.
    """
    fields: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    for name, value in (await request.form()).multi_items():
        if name == CSRF:
            continue
        if name not in expected:
            raise UnknownField(name)
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(Upload(_last_part(value.filename), await value.read()))
        else:
            fields.setdefault(name, []).append(_clean(name, str(value)))
    return Form(
        {name: tuple(values) for name, values in fields.items()},
        {name: tuple(values) for name, values in files.items()},
    )


def _clean(name: str, value: str) -> str:
    if _CONTROL.search(value):
        raise BadField(name, _("含有不可见的控制字符,请重新键入"))
    return value.replace("\r\n", "\n")


def _last_part(name: str) -> str:
    return _CONTROL.sub("", PureWindowsPath(PurePosixPath(name or "").name).name)[:200]
