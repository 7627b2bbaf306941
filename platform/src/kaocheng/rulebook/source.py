"""A scheme's TOML, read, with the line and column of everything in it, to point at a mistake."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from kaocheng.errors import Invalid, Place
from kaocheng.i18n import _
from kaocheng.rulebook.located import DEEPEST, Locator, Path, Spot

LARGEST = 2_000_000  # characters of one scheme
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
# Keys of so many parts are never read: the TOML reader takes the square of their number for each.
_LONG_KEY = re.compile(rf"""(?<![\w."'-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{2 * DEEPEST}}}""")
_FULL_WIDTH = (  # quotes, commas, stops, equals signs, brackets
    "\uff02\u201c\u201d\u2018\u2019\uff07\uff0c\u3002\uff1a\uff1b\uff1d"
    "\uff5b\uff5d\uff3b\uff3d\uff08\uff09\u3010\u3011\u3001\uff03"
)


@dataclass(eq=False)
class BadScheme(Invalid):
    """One mistake in a scheme file, with its place and its remedy."""

    place: Place
    reason: str
    remedy: str = ""

    code = "bad_scheme"

    def __str__(self) -> str:
        if not self.remedy:
            return _("{place}:{reason}", place=self.place, reason=self.reason)
        return _("{place}:{reason};{remedy}", place=self.place, reason=self.reason, remedy=self.remedy)


class Source:
    """A TOML text, read; its places are looked for when they are asked."""

    def __init__(self, text: str, file: str = "scheme.toml") -> None:
        self.text, self.file = text, file
        self.template: tuple[str, Mapping[str, Any]] = ("", {})  # what it is from: its reference, its tables
        if len(text) > LARGEST:
            raise BadScheme(Place(file), _("文件超过 {most} 个字符", most=LARGEST), _("请分成几个方案"))
        if long := _LONG_KEY.search(text):
            line = text.count("\n", 0, long.start()) + 1
            column = long.start() - text.rfind("\n", 0, long.start())
            raise BadScheme(Place(file, line, column), _too_deep(), _("请把内层的表另起一节"))
        try:
            self.data: dict[str, Any] = tomllib.loads(text, parse_float=_Float)
        except tomllib.TOMLDecodeError as error:
            raise self._unreadable(str(error)) from None
        except RecursionError:
            raise BadScheme(Place(file), _too_deep(), _("请把内层的表另起一节")) from None
        except ValueError:  # a whole number of thousands of digits
            raise BadScheme(Place(file), _("有一个整数长得读不了"), _("数请写在引号里")) from None
        self._plain(self.data)

    @cached_property
    def _locator(self) -> Locator:
        return Locator(self.text)

    def place(self, path: Path, at: int | None = None) -> Place:
        """Where *path* stands: the first thing in it, what it takes it from, or the nearest thing above.

        Args:
            path: keys from the top; ``#1`` is the first member of a list.
            at: the character of the string there that is meant.
        """
        for length in range(len(path), 0, -1):
            for there in self._alike(path[:length]):
                if (spot := self._first(there)) is not None:
                    inside = at is not None and length == len(path)
                    offset = self._locator.character(spot, at or 0) if inside else spot.key
                    return self._at(offset, path)
                if length > 1 and _holds(self.template[1], there):
                    return self._in_template(path)
        return Place(self.file, 1 if path else 0, path=_shown(path))

    def _at(self, offset: int, path: Path) -> Place:
        line, column = self._locator.position(offset)
        return Place(self.file, line, column, path=_shown(path))

    def _in_template(self, path: Path) -> Place:
        """The line that takes the template, and the place inside it."""
        spot = self._first(("scheme", "from")) or self._first(("from",))
        place = self._at(spot.key if spot else 0, path)
        return replace(place, path=f"{self.template[0]} → {place.path}")

    def _first(self, path: Path) -> Spot | None:
        return self._firsts.get(path)

    @cached_property
    def _firsts(self) -> Mapping[Path, Spot]:
        """The spot of each path, or of the first thing inside it: a table may have no line of its own."""
        found = dict(self._locator.spots)
        for path, spot in self._locator.spots.items():
            for length in range(len(path) - 1, 0, -1):
                above = path[:length]
                if above not in found:
                    found[above] = spot
        return found

    def _alike(self, path: Path) -> Iterator[Path]:
        """*path*, then the same in the papers its paper is like, then the template it is from."""
        yield path
        here, seen = path, set()
        papers = [
            data["papers"] for data in (self.data, self.template[1]) if isinstance(data.get("papers"), dict)
        ]
        while len(here) > 2 and here[0] == "papers" and here[1] not in seen:
            seen.add(here[1])
            likes = [paper.get("like") for held in papers if isinstance(paper := held.get(here[1]), dict)]
            like = next(filter(None, likes), None)
            if not isinstance(like, str):
                break
            here = (here[0], like, *here[2:])
            yield here
        if len(path) == 2:
            yield ("scheme", "from")

    def _unreadable(self, message: str) -> BadScheme:
        found = re.search(r"line (\d+), column (\d+)", message)
        lines = self.text.split("\n")
        line, column = (int(found[1]), int(found[2])) if found else (len(lines), len(lines[-1]) + 1)
        here = lines[line - 1][column - 1 : column] if line <= len(lines) else ""
        if here and here in _FULL_WIDTH:
            reason = _("“{character}”是全角符号", character=here)
            remedy = _("这里请用半角(英文)的引号、逗号、等号和括号")
        elif key := _bare_key(lines[line - 1], column - 1):
            column = key.start() + 1
            reason = _("键“{key}”没有加引号", key=key[0])
            remedy = _('中文的键要加引号,请写成 "{key}"', key=key[0])
        else:
            reason, remedy = _said(message)
        return BadScheme(Place(self.file, line, column), reason, remedy)

    def _plain(self, top: Mapping[str, Any]) -> None:
        """Days become texts; a float is refused, and so is what is nested too deep."""
        waiting: list[tuple[Path, Any]] = [((), top)]
        while waiting:
            path, held = waiting.pop()
            if len(path) > DEEPEST:
                raise BadScheme(self.place(path), _too_deep(), _("请把内层的表另起一节"))
            for key, value in list(held.items() if isinstance(held, dict) else enumerate(held, 1)):
                inner = (*path, key if isinstance(held, dict) else f"#{key}")
                if isinstance(value, dict | list):
                    waiting.append((inner, value))
                elif isinstance(value, _Float):
                    raise self._float(inner, value)
                elif isinstance(value, date | datetime | time):
                    held[key if isinstance(held, dict) else key - 1] = value.isoformat()

    def _float(self, path: Path, value: "_Float") -> BadScheme:
        return BadScheme(
            self.place(path),
            _("“{written}”没有加引号,读入时会失去精度", written=value.written),
            _('请写成 "{written}"', written=value.written),
        )


def nearest(word: str, known: Iterable[str]) -> str:
    """A half-sentence naming the known word most like *word*, or nothing."""
    alike = [k for k in known if abs(len(k) - len(word)) < 12]
    if len(alike) > 200:  # of very many, only those that begin or end alike are worth the comparison
        alike = [k for k in alike if k[:2] == word[:2] or k[-3:] == word[-3:]]
    close = difflib.get_close_matches(word, alike[:2000], 1, 0.6) if len(word) < 100 else []
    return _("是否应为“{close}”?", close=close[0]) if close else ""


def _bare_key(line: str, at: int) -> re.Match[str] | None:
    """A key without quotes around that character, which only plain letters may be."""
    found = next((word for word in re.finditer(r"[\w-]+", line) if word.start() <= at < word.end()), None)
    return (
        None
        if found is None or found[0].isascii() or not re.match(r"\s*[=.\]]", line[found.end() :])
        else found
    )


def _holds(data: Any, path: Path) -> bool:
    """Whether there is something at *path*."""
    for key in path:
        if isinstance(data, list) and key.startswith("#") and int(key[1:]) <= len(data):
            data = data[int(key[1:]) - 1]
        elif isinstance(data, Mapping) and key in data:
            data = data[key]
        else:
            return False
    return True


class _Float:
    def __init__(self, written: str) -> None:
        self.written = written


def _shown(path: Path) -> str:
    return ".".join(path)


def _too_deep() -> str:
    return _("表和列表套了 {most} 层以上", most=DEEPEST)


def _said(message: str) -> tuple[str, str]:
    """What a message of the TOML reader means to whoever wrote the file."""
    known = {
        "Invalid statement": (_("这里不能这样开头"), _("一行写一个键,如 full = 10;中文的键要加引号")),
        "Expected newline": (_("一行写完以后还有多余的字"), _("请另起一行,或检查引号是否成对")),
        "Expected '=' after": (_("键的后面缺等号"), _("请写成 键 = 值;中文的键要加引号")),
        "Expected ']": (_("节的名称没有用方括号括好"), _("请写成 [papers.township]")),
        "Invalid initial character": (_("键不合写法"), _("键用英文字母、数字和下划线;中文的键要加引号")),
        "Invalid value": (
            _("等号后面不是一个值"),
            _("文字和带小数的数要加英文引号,如 {example}", example='"0.5"'),
        ),
        "Unterminated string": (_("引号没有配对"), _("请补上后引号;多行文字用三个引号")),
        "Expected '": (_("引号没有配对"), _("请补上后引号;多行文字用三个引号")),
        "Unclosed array": (_("方括号没有配对,或缺逗号"), _("列表里各项用逗号隔开,以 ] 结束")),
        "Unclosed inline": (_("花括号没有配对,或缺逗号"), _("花括号里各项用逗号隔开,写在一行内,以 } 结束")),
        "Duplicate inline": (_("同一个键写了两次"), _("请只留一处")),
        "Cannot": (_("这个键或这一节前面已经写过"), _("请并到一处")),
        "Unescaped": (_("引号里的反斜杠不合写法"), _("反斜杠请写两个,或改用单引号")),
        "Invalid hex": (_("引号里的反斜杠不合写法"), _("反斜杠请写两个,或改用单引号")),
        "Escaped": (_("引号里的反斜杠不合写法"), _("反斜杠请写两个,或改用单引号")),
        "Illegal": (_("有看不见的控制字符,或引号没有配对"), _("请删去这个字符;多行文字用三个引号")),
        "Found invalid": (_("有看不见的控制字符"), _("请删去这个字符")),
        "Invalid date": (_("没有这一天"), _("日期写成 2026-07-10")),
    }
    other = (_("这一行不合 TOML 的写法"), _("请检查引号、括号和等号是否成对;中文的键要加引号"))
    return next((said for begin, said in known.items() if message.startswith(begin)), other)


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """*above* laid over *below*, table by table."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        result[key] = merged(under, value) if both else value  # type: ignore[arg-type]
    return result
