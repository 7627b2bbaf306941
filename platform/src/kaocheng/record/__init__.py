"""The record: what was done, by whom, when, in a chain that shows every later touch."""

from kaocheng.record.writer import Fact, write

__all__ = ["Fact", "write"]
