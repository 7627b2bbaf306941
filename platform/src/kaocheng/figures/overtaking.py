"""Two people, or two tabs, at one figure: nobody writes over a value he has not seen."""

from collections.abc import Mapping

from kaocheng.db.session import TenantSession
from kaocheng.figures import queries
from kaocheng.figures.domain import Key, Overtaken, Value


async def overtaken(
    session: TenantSession, shown: Mapping[Key, int], values: Mapping[Key, Value]
) -> dict[Key, str]:
    """Where another value than was shown beside the field stands by now, and whose it is.

    *shown* are the revisions that were shown, 0 for none.  To file what stands already is no quarrel: a
    form sent twice has one effect.
    """
    asked = {key: revision for key, revision in shown.items() if key in values}
    if not asked:
        return {}
    periods = {key.period for key in asked}
    await queries.hold(session, periods)
    standing = await queries.current(session, periods, units={key.unit_id for key in asked})
    return {
        f.key: str(Overtaken(f.indicator.label, str(f.value), f.filer, f.filed_at))
        for f in standing
        if f.revision != asked.get(f.key, f.revision) and f.value != values[f.key]
    }
