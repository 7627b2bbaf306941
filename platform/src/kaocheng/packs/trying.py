"""Tries a pack's array method by its own example: what a vendor wants to know before anybody is scored by it.

The function is called as the engine calls it; then with the units the other way round, once more, and, where
it takes no ``group``, for each unit alone.  Points that differ mean it looks at more than it takes.
"""

import ast
from collections.abc import Iterator, Sequence
from fractions import Fraction
from inspect import Parameter, getsourcefile, signature, unwrap
from pathlib import Path

import numpy as np

from kaocheng.engine import plugged
from kaocheng.engine.arrays import MISSING, NA, OK, UNDEFINED, Exact
from kaocheng.engine.integers import Array
from kaocheng.engine.rounding import plain
from kaocheng.i18n import _
from kaocheng.numbers import read
from kaocheng.packs.values import ArrayMethod, Example

GAPS = {"": MISSING, "/": NA, "÷0": UNDEFINED}  # how an example writes what is not there
WRITTEN = {state: text for text, state in GAPS.items()}
Points = tuple[Fraction | str, ...]  # one of each unit, or how its gap is written


def tried(method: ArrayMethod) -> Iterator[str]:
    """What is wrong with an array method, one sentence each."""
    found = [*_parameters(method), *_example(method)]
    yield from found
    if found:
        return
    yield from _floats(method)
    try:
        yield from list(_run(method))
    except Exception as problem:  # whatever it raises, its author wants to read it
        yield _("示例算不出:{problem}", problem=_told(problem))


def _told(problem: Exception) -> str:
    return str(problem) if isinstance(problem, plugged.NotExact) else f"{type(problem).__name__}: {problem}"


# -- what is declared ----------------------------------------------------------------------------------


def _parameters(method: ArrayMethod) -> Iterator[str]:
    known = (*plugged.OWN, plugged.PARTS, plugged.GROUP)
    for key in (*method.keys, *method.defaults):
        if key in known:
            yield _("键“{key}”与节点自己的名称相同;请换一个", key=key)
        elif key not in method.keys:
            yield _("“{key}”有默认值,却不在 keys 里", key=key)
        elif key not in method.takes:
            yield _("函数没有用到键“{key}”", key=key)
    for name, one in signature(method.works).parameters.items():
        if one.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD, Parameter.POSITIONAL_ONLY):
            yield _("函数的参数“{name}”没有名称可对;请逐个写出参数", name=name)
        elif one.default is not Parameter.empty:
            yield _("函数的参数“{name}”不要写默认值,请写在 defaults 里", name=name)
        elif name not in (*known, *method.keys):
            facts = {"name": name, "known": _("、").join((*known, *method.keys))}
            yield _("函数要的“{name}”没有;可用:{known}", **facts)


def _example(method: ArrayMethod) -> Iterator[str]:
    example, count = method.example, len(method.example.gives)
    if count < 2:
        yield _("示例至少要有两个单位")
    given = {*example.takes, *([plugged.PARTS] if example.parts else [])}
    given |= {plugged.GROUP} if example.group else set()
    for name in method.takes:
        if name not in given and name not in method.defaults:
            yield _("示例没有给出“{name}”", name=name)
    for name in sorted(given - set(method.takes)):
        yield _("示例给出的“{name}”函数不用", name=name)
    columns = {**example.takes, **example.parts, plugged.GROUP: example.group or ("",) * count}
    for name, texts in columns.items():
        if not isinstance(texts, str) and len(texts) != count:
            yield _("示例中“{name}”有 {got} 个值,应为 {count} 个", name=name, got=len(texts), count=count)


def _floats(method: ArrayMethod) -> Iterator[str]:
    """Where the file of a function works with floating point, which has lost digits before it begins."""
    file = getsourcefile(unwrap(method.works))
    if file is None or not Path(file).is_file():
        return
    for node in ast.walk(ast.parse(Path(file).read_text("utf-8"))):
        floating = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            floating = node.func.id in ("float", "round")
        if floating:
            written, line = ast.unparse(node), getattr(node, "lineno", 0)
            yield _(
                "{file}:{line}:“{written}”是浮点数,会失去精度;请用 Fraction 或 Exact",
                file=Path(file).name,
                line=line,
                written=written,
            )


# -- what it gives -------------------------------------------------------------------------------------


def _run(method: ArrayMethod) -> Iterator[str]:
    example = method.example
    units = tuple(range(len(example.gives)))
    first = _points(method, units)
    for at, (got, wanted) in enumerate(zip(first, map(_wanted, example.gives), strict=True), 1):
        if got != wanted:
            facts = {"at": at, "got": _shown(got), "wanted": _shown(wanted)}
            yield _("示例第 {at} 个单位得 {got},写的是 {wanted}", **facts)
    if _points(method, units) != first:
        yield _("再算一次结果就不同:方法不能随时间、随机数或以前的调用而变")
    if _points(method, units[::-1]) != first[::-1]:
        yield _("单位换了顺序,得分就变了:方法不能看单位的先后")
    if plugged.GROUP not in method.takes:
        for at, got in enumerate(first):
            if _points(method, (at,)) != (got,):
                yield _("第 {at} 个单位单独算得分不同:要看别的单位,请把 group 写进参数", at=at + 1)


def _points(method: ArrayMethod, units: tuple[int, ...]) -> Points:
    """What these units of the example get, in this order.

    Raises:
        NotExact: it gives no exact points, or writes into what it was given.
    """
    example = method.example
    given = {**{key: str(value) for key, value in method.defaults.items()}, **example.takes}
    columns = {name: _column(texts, units) for name, texts in given.items()}
    parts = {code: _column(texts, units) for code, texts in example.parts.items()}
    before = _values([*columns.values(), *parts.values()], len(units))
    found = plugged.answer(method.works, method.takes, columns, parts, _groups(example, units), len(units))
    if _values([*columns.values(), *parts.values()], len(units)) != before:
        raise plugged.NotExact("wrote")
    return _values([found], len(units))[0]


def _values(columns: Sequence[Exact], length: int) -> list[Points]:
    return [tuple(_value(column.spread(length), at) for at in range(length)) for column in columns]


def _value(column: Exact, at: int) -> Fraction | str:
    found = column.fraction(at)
    return WRITTEN[int(column.state[at])] if found is None else found


def _column(texts: str | tuple[str, ...], units: tuple[int, ...]) -> Exact:
    if isinstance(texts, str):
        return Exact.constant(_number(texts))
    chosen = [texts[unit] for unit in units]
    states = np.array([GAPS.get(text, OK) for text in chosen], np.uint8)
    return Exact.of([None if text in GAPS else _number(text) for text in chosen], states)


def _number(text: str) -> Fraction:
    it = read(text)
    return Fraction(it.value) / (100 if it.percent else 1)


def _wanted(text: str) -> Fraction | str:
    return text if text in GAPS else Fraction(text)


def _shown(value: Fraction | str) -> str:
    return plain(value) if isinstance(value, Fraction) else value or _("缺")


def _groups(example: Example, units: tuple[int, ...]) -> Array:
    """The circle of each unit as a number, in the order in which they are met."""
    names = [example.group[unit] if example.group else "" for unit in units]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(filter(None, names)))}
    return np.array([numbers.get(name, -1) for name in names])
