"""County target responsibility (目标责任考核): what townships and departments promise, and what follows.

The rules are those of an invented model circular, generalised from county documents in use; a county
takes the template and states what differs.
"""

from kaocheng.packs import Pack, hookimpl
from kaocheng_target_responsibility.consequences import consequences
from kaocheng_target_responsibility.doubts import doubts
from kaocheng_target_responsibility.editions import EDITIONS
from kaocheng_target_responsibility.warnings import warnings

__all__ = ["consequences", "doubts", "indicator_pack", "warnings"]


@hookimpl
def indicator_pack() -> Pack:
    """The pack, with every edition it ever had."""
    return Pack(code="target_responsibility", label="县级目标责任考核", editions=EDITIONS)
