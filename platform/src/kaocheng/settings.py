"""Every environment variable, read once at start into one frozen value.

A name that begins with ``KAOCHENG_`` and is not listed here stops the start: a misspelt setting that
is silently ignored is a setting somebody believes to be in force.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path

from kaocheng.errors import Invalid
from kaocheng.i18n import LANGUAGES, _

__all__ = ["BadSetting", "Settings", "UnknownSetting", "read", "variables"]

FOR_TESTS = "KAOCHENG_TEST_"  # the test suite's own variables; nothing here reads them


@dataclass(eq=False)
class UnknownSetting(Invalid):
    """A ``KAOCHENG_`` variable that nothing reads."""

    name: str
    nearest: str | None

    code = "unknown_setting"

    def __str__(self) -> str:
        if self.nearest:
            return _("没有环境变量“{name}”;是不是想写“{nearest}”?", name=self.name, nearest=self.nearest)
        return _("没有环境变量“{name}”;全部设置见 docs/settings.md", name=self.name)


@dataclass(eq=False)
class BadSetting(Invalid):
    """A variable whose value cannot be meant."""

    name: str
    value: str
    wanted: str

    code = "bad_setting"

    def __str__(self) -> str:
        return _(
            "环境变量“{name}”的值“{value}”不能用;应为{wanted}",
            name=self.name,
            value=self.value,
            wanted=self.wanted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation runs; ``metadata["name"]`` is the environment variable of each field."""

    data: Path = field(default=Path("kaocheng-data"), metadata={"name": "KAOCHENG_DATA"})
    host: str = field(default="127.0.0.1", metadata={"name": "KAOCHENG_HOST"})
    hosts: frozenset[str] = field(default=frozenset(), metadata={"name": "KAOCHENG_HOSTS"})
    port: int = field(default=8000, metadata={"name": "KAOCHENG_PORT"})
    database_url: str | None = field(default=None, metadata={"name": "DATABASE_URL", "secret": True})
    owner_url: str | None = field(default=None, metadata={"name": "KAOCHENG_OWNER_URL", "secret": True})
    acting_as: str | None = field(default=None, metadata={"name": "KAOCHENG_AS"})
    language: str = field(default="zh", metadata={"name": "KAOCHENG_LANG"})
    allowed_packs: frozenset[str] = field(default=frozenset(), metadata={"name": "KAOCHENG_PACKS"})
    demo: bool = field(default=False, metadata={"name": "KAOCHENG_DEMO"})

    def __repr__(self) -> str:
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if not f.metadata.get("secret"))
        return f"Settings({', '.join(shown)})"


def variables() -> tuple[str, ...]:
    """The environment variables there are, in the order of ``Settings``."""
    return tuple(f.metadata["name"] for f in fields(Settings))


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in force; an empty variable counts as not set.

    Raises:
        UnknownSetting: a ``KAOCHENG_`` name that nothing reads.
        BadSetting: a value that cannot be meant.
    """
    environ = os.environ if environ is None else environ
    _refuse_unknown(environ)
    given = {
        f.name: _value(f.metadata["name"], environ[f.metadata["name"]])
        for f in fields(Settings)
        if environ.get(f.metadata["name"])
    }
    return Settings(**given)  # type: ignore[arg-type]  # _value gives each name its own type


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = variables()
    for name in environ:
        if name.startswith("KAOCHENG_") and not name.startswith(FOR_TESTS) and name not in known:
            near = get_close_matches(name, known, n=1)
            raise UnknownSetting(name, near[0] if near else None)


def _value(name: str, written: str) -> object:
    match name:
        case "KAOCHENG_DATA":
            return Path(written)
        case "KAOCHENG_PORT":
            if not (written.isascii() and written.isdigit() and 0 <= int(written) <= 65535):
                raise BadSetting(name, written, _("0 到 65535 之间的整数"))
            return int(written)
        case "KAOCHENG_LANG":
            if written not in LANGUAGES:
                raise BadSetting(name, written, " / ".join(LANGUAGES))
            return written
        case "KAOCHENG_DEMO":
            if written not in ("0", "1"):
                raise BadSetting(name, written, "0 / 1")
            return written == "1"
        case "KAOCHENG_PACKS" | "KAOCHENG_HOSTS":
            return frozenset(re.split(r"[\s,]+", written.strip(" ,")))
        case _:
            return written
