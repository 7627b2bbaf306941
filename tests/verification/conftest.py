"""The fictional county of the samples, its scheme adopted, its people by name: nothing handed in yet."""

from tests.yunling import settled, urls, yunling

__all__ = ["settled", "urls", "yunling"]
