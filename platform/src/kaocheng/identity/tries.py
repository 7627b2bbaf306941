"""Slows down whoever guesses passwords, without telling which accounts there are.

Kept in the process's memory: it is forgotten at a restart, and each serving process counts for itself.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from kaocheng.errors import Refused
from kaocheng.i18n import _

__all__ = ["TooManyTries", "Tries"]

FREE = 5  # wrong passwords in a row that cost nothing
PAUSE = timedelta(seconds=30)
REMEMBERED = 10_000  # accounts; the longest untouched is forgotten first


@dataclass(eq=False)
class TooManyTries(Refused):
    """One account, tried too often in a row with a wrong password."""

    seconds: int

    code = "too_many_tries"

    def __str__(self) -> str:
        return _("密码连续输错太多次;请过 {seconds} 秒再试,忘记密码请联系系统管理员", seconds=self.seconds)


@dataclass(slots=True)
class Tries:
    """Wrong sign-ins in a row, by account as it was typed, be there such an account or not."""

    _wrong: OrderedDict[str, tuple[int, datetime]] = field(default_factory=OrderedDict)

    def check(self, account: str, at: datetime) -> None:
        """Go on only if this account may be tried now.

        Raises:
            TooManyTries: it was tried too often; it says how long to wait.
        """
        times, last = self._wrong.get(_key(account), (0, at))
        left = last + PAUSE - at
        if times >= FREE and left > timedelta(0):
            raise TooManyTries(ceil(left.total_seconds()))

    def wrong(self, account: str, at: datetime) -> None:
        """Count one more."""
        times, _last = self._wrong.get(_key(account), (0, at))
        self._wrong[_key(account)] = (times + 1, at)
        self._wrong.move_to_end(_key(account))
        if len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)

    def right(self, account: str) -> None:
        """Forget them: the password was known after all."""
        self._wrong.pop(_key(account), None)


def _key(account: str) -> str:
    return account.strip()[:200]
