"""How figures are spoken of on every page that shows one."""

from kaocheng.db.session import TenantSession
from kaocheng.figures.domain import Figure, Kind, Outcome, Value
from kaocheng.figures.expected import series_labels
from kaocheng.formats import number
from kaocheng.i18n import _

TONES = {Outcome.FILED: "", Outcome.VOUCHED: "ok", Outcome.RETURNED: "bad"}


def collector_name(collector: str) -> str:
    """Who reports a figure; where the scheme names nobody, the office does."""
    return collector or _("考核办")


def place(figure: Figure) -> str:
    """Where a figure was read from, or that somebody typed it."""
    return figure.source


def state(figure: Figure) -> str:
    """How far a figure has come, in a word."""
    words = {Outcome.FILED: _("待核验"), Outcome.VOUCHED: _("已核验"), Outcome.RETURNED: _("已退回")}
    return words[figure.outcome]


def shown(value: Value | None) -> str:
    """A value as a page writes it: withdrawn and missing are not zero."""
    if value is None:
        return "–"
    return _("已撤回") if value.kind is Kind.WITHDRAWN else number(str(value))


async def series_name(session: TenantSession, figure: Figure) -> str:
    """What the part a figure is of is called; empty for plain ones."""
    labels = await series_labels(session)
    return labels.get((figure.indicator.id, figure.key.series), figure.key.series)
