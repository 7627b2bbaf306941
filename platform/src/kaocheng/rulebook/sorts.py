"""What an expression yields before any number is known: number or word, its measure, whether ever zero."""

from dataclasses import dataclass, replace
from fractions import Fraction

from kaocheng.engine.columns import WORDY

NUMBER, WORD, DATE, CONDITION, ANY = "number", "word", "date", "condition", ""
RATIO = "1"  # a pure number: a share written with %, or a figure over one of the same measure
PERCENT = "%"
COUNTED = frozenset(
    [
        "个",
        "件",
        "人",
        "次",
        "起",
        "户",
        "家",
        "项",
        "条",
        "宗",
        "名",
        "例",
        "票",
        "处",
        "所",
        "场",
        "篇",
        "天",
        "人次",
    ]
)
_ALIKE = dict.fromkeys(("%", "\uff05", "百分点", "个百分点"), PERCENT)
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Sort:
    """What is known of a value: of all units, in all periods."""

    kind: str = NUMBER
    measure: str | None = None  # None: could be any
    low: Fraction | None = None  # it is never below this
    never_zero: bool = False
    constant: Fraction | None = None
    percent: bool = False  # a constant written with %
    rough: bool = False  # neither rational nor rounded

    @property
    def nonzero(self) -> bool:
        """Whether it is certain not to be zero."""
        return self.never_zero or bool(self.constant) or (self.low is not None and self.low > 0)


ANYTHING, A_NUMBER, A_WORD, A_CONDITION = Sort(ANY), Sort(), Sort(WORD), Sort(CONDITION)
COUNT = Sort(low=ZERO)


def constant(value: Fraction, percent: bool = False) -> Sort:
    """A number in the rule itself."""
    return Sort(NUMBER, RATIO if percent else None, value, bool(value), value, percent)


def measured(unit: str) -> Sort:
    """A figure, by its declared unit of measure."""
    if unit in ("date", "日期"):
        return Sort(DATE)
    if unit in WORDY:
        return A_WORD
    if unit == "分":  # points go with anything
        return ANYTHING
    return Sort(ANY, _ALIKE.get(unit, unit) or None, ZERO if unit in COUNTED else None)


def negative(a: Sort) -> Sort:
    value = None if a.constant is None else -a.constant
    return Sort(NUMBER, a.measure, value, a.nonzero, value, a.percent, a.rough)


def combined(sign: str, a: Sort, b: Sort) -> Sort:
    """The sort of ``a sign b``."""
    rough = a.rough or b.rough
    if a.constant is not None and b.constant is not None and (sign != "/" or b.constant):
        value = _worked(sign, a.constant, b.constant)
        measure = _measure(sign, a, b)
        return Sort(
            NUMBER, measure, value, bool(value), value, a.percent and b.percent and sign in "+-", rough
        )
    low, sure = None, False
    if a.low is not None and b.low is not None:
        if sign == "+":
            low = a.low + b.low
        elif sign == "*" and a.low >= 0 and b.low >= 0:
            low = a.low * b.low
        elif sign == "/" and a.low >= 0 and b.low >= 0:
            low = ZERO
    if sign == "-" and a.low is not None and b.constant is not None:
        low = a.low - b.constant
    if sign in "*/":
        sure = a.nonzero and (b.nonzero or sign == "/")
    return Sort(NUMBER, _measure(sign, a, b), low, sure, None, False, rough)


def _worked(sign: str, a: Fraction, b: Fraction) -> Fraction:
    match sign:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
    return a / b


def _measure(sign: str, a: Sort, b: Sort) -> str | None:
    if sign in "+-":
        return a.measure or b.measure
    if sign == "*":
        if any(one.measure == RATIO and other.constant == 100 for one, other in ((a, b), (b, a))):
            return PERCENT
        if RATIO in (a.measure, b.measure):
            return b.measure if a.measure == RATIO else a.measure
        return None
    if a.measure == PERCENT and b.constant == 100:
        return RATIO
    if a.measure is not None and a.measure == b.measure:
        return RATIO
    return a.measure if b.measure == RATIO else None


def unlike(a: Sort, b: Sort) -> bool:
    """Whether two values are of measures that cannot be added or compared."""
    if a.constant == 0 or b.constant == 0 or {a.measure, b.measure} <= COUNTED:  # 3 个 and 2 名 are 5
        return False
    return None not in (a.measure, b.measure) and a.measure != b.measure


def either(*sorts: Sort) -> Sort:
    """One of several, whichever it turns out to be."""
    kinds = {s.kind for s in sorts if s.kind}
    measures = {s.measure for s in sorts if s.constant != 0}
    lows = [s.low for s in sorts]
    return Sort(
        kinds.pop() if len(kinds) == 1 else ANY,
        measures.pop() if len(measures) == 1 else None,
        None if None in lows else min(low for low in lows if low is not None),
        all(s.nonzero for s in sorts),
        rough=any(s.rough for s in sorts),
    )


def at_least(sort: Sort, low: Fraction | None) -> Sort:
    """The same, never below *low*."""
    return replace(sort, low=low, never_zero=low is not None and low > 0, constant=None, percent=False)
