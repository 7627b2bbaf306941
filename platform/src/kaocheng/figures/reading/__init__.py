"""Workbooks as offices write them: bytes and a tenant's own names in; values and findings out.

Pure: no database, no page.  One reader library, behind a guard; nothing is guessed and nothing is kept.
"""

from kaocheng.figures.reading.cells import NA, NotApplicable, Value
from kaocheng.figures.reading.desk import ColumnUnderstood, Entry, SheetUnderstood
from kaocheng.figures.reading.doubts import Context
from kaocheng.figures.reading.findings import CONVERSION, DOUBT, ERROR, Finding
from kaocheng.figures.reading.names import (
    AdjustmentName,
    FieldName,
    FormName,
    IndicatorName,
    ListName,
    Names,
    PartName,
    RuleName,
    UnitName,
)
from kaocheng.figures.reading.preview import Preview, read, understand
from kaocheng.figures.reading.recognise import Chosen, recognise
from kaocheng.figures.reading.returned import returned
from kaocheng.figures.reading.sheet import Book, open_book
from kaocheng.figures.reading.template import blank, fills_in

__all__ = [
    "CONVERSION",
    "DOUBT",
    "ERROR",
    "NA",
    "AdjustmentName",
    "Book",
    "Chosen",
    "ColumnUnderstood",
    "Context",
    "Entry",
    "FieldName",
    "Finding",
    "FormName",
    "IndicatorName",
    "ListName",
    "Names",
    "NotApplicable",
    "PartName",
    "Preview",
    "RuleName",
    "SheetUnderstood",
    "UnitName",
    "Value",
    "blank",
    "fills_in",
    "open_book",
    "read",
    "recognise",
    "returned",
    "understand",
]
