"""Pages of what is handed in: how far a period has come, what I owe, and workbooks on their way in."""

from kaocheng.figures.pages.overview import FiguresPages
from kaocheng.figures.pages.owed import OwedPages
from kaocheng.figures.pages.words import collector_name, place, series_name
from kaocheng.figures.pages.workbooks import WorkbookPages

PAGES = (FiguresPages, OwedPages, WorkbookPages)

__all__ = ["PAGES", "FiguresPages", "OwedPages", "WorkbookPages", "collector_name", "place", "series_name"]
