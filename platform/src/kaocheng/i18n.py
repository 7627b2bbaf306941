"""The reader's language: every string a person sees passes through ``_``.

The source sentences are Chinese, because the people who depend on them read Chinese and a sentence
they act on should not be a translation. ``locale/en.po`` turns each into English; a test fails when
one is missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from string import Formatter

LANGUAGES = ("zh", "en")
_language: ContextVar[str] = ContextVar("language", default="zh")


@cache
def _catalog(language: str) -> dict[str, str]:
    source = files("kaocheng").joinpath("locale", f"{language}.po")
    if language == "zh" or not source.is_file():
        return {}
    from babel.messages.pofile import read_po  # only a reader of another language needs it

    with source.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}


class _Agreeing(Formatter):
    """In a translation, ``{n} {n:unit|units}`` is a count and the word for one or for several."""

    def format_field(self, value: object, format_spec: str) -> str:
        one, bar, several = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        return one if str(value) == "1" else several


def _(sentence: str, /, **facts: object) -> str:
    """*sentence* in the reader's language, its ``{names}`` filled in from *facts*."""
    text = _catalog(_language.get()).get(sentence, sentence)
    if not facts:
        return text
    return _Agreeing().vformat(text, (), facts) if "|" in text else text.format(**facts)


def language() -> str:
    """The language of whoever is being answered."""
    return _language.get()


def speak(language: str) -> None:
    """Answer in *language* from here on, within this task."""
    _language.set(language if language in LANGUAGES else "zh")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Answer in *language* within the block."""
    token = _language.set(language if language in LANGUAGES else "zh")
    try:
        yield
    finally:
        _language.reset(token)
