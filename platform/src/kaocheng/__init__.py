"""Kaocheng 考成: one jurisdiction's yearly assessment, from promised figures to published standings.

The folders are the stages of a figure's life, in the order the law fixes, and a stage knows only
the stages before it: tenancy → schemes → figures → verification → scoring → standings → rollup.
Below them lie the pure libraries (engine, packs, rulebook); above them a thin web shell and the CLI.
"""

__version__ = "0.1.0"
