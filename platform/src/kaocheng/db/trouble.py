"""What went wrong in the database, from the driver's words to a sentence about it."""

from dataclasses import dataclass

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from kaocheng.errors import Problem, Refused
from kaocheng.i18n import _

__all__ = ["Lost", "NoRoom", "sqlstate", "told"]

DISK_FULL = "53100"
GONE = (OperationalError, InterfaceError, psycopg.OperationalError)
LOST = ("08", "53", "57")  # no connection, no resources, an operator's act


@dataclass(eq=False)
class NoRoom(Refused):
    """The disk on which the database writes is full."""

    code = "no_room"

    def __str__(self) -> str:
        return _("数据库所在的磁盘已满,这一步没有做成,没有改动任何数据;请腾出空间后再试")


@dataclass(eq=False)
class Lost(Refused):
    """The database cannot be reached, or went away in the middle."""

    code = "database_unavailable"

    def __str__(self) -> str:
        return _("数据库暂时连不上;请过一分钟刷新,看这一步做成了没有,没有就再做一次")


def told(problem: BaseException) -> Problem | None:
    """The sentence for *problem*, where it is the database's trouble and no mistake of ours."""
    state = sqlstate(problem)
    if state == DISK_FULL:
        return NoRoom()
    if state[:2] in LOST or isinstance(problem, GONE):
        return Lost()
    return None


def sqlstate(problem: BaseException) -> str:
    """The server's five letters for what happened, whichever driver brought them."""
    driver = problem.orig if isinstance(problem, DBAPIError) else problem
    for error in (driver, getattr(driver, "__cause__", None)):
        state = getattr(error, "sqlstate", None)
        if state:
            return str(state)
        if type(error).__name__ == "DataError":  # the driver itself refused the value, before the server
            return "22000"
    return ""
