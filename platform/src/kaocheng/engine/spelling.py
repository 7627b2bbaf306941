"""An expression written out again."""

from kaocheng.engine.grammar import Name, Number, Operation, Tree, Word
from kaocheng.engine.rounding import plain

_BINDS = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6}  # comparisons: 4


def _bracketed(part: Tree, above: Operation, place: int) -> str:
    """An operand, in brackets where it binds less than what stands around it."""
    text = show(part)
    if not isinstance(part, Operation):
        return text
    outer = 7 if len(above.parts) == 1 and above.sign == "-" else _BINDS.get(above.sign, 4)
    inner = 7 if len(part.parts) == 1 and part.sign == "-" else _BINDS.get(part.sign, 4)
    return f"({text})" if inner < outer + (place > 0 or outer == 4) else text


def show(tree: Tree) -> str:
    """A tree written out again."""
    match tree:
        case Number():
            value = tree.value * 100 if tree.percent else tree.value
            return plain(value) + ("%" if tree.percent else "")
        case Word():
            return f'"{tree.value}"'
        case Name():
            return ".".join(tree.path) + (f"@{tree.period}" if tree.period else "")
        case Operation():
            parts = [_bracketed(part, tree, i) for i, part in enumerate(tree.parts)]
            if len(parts) == 1:
                return f"{tree.sign} {parts[0]}" if tree.sign == "not" else f"-{parts[0]}"
            return f" {tree.sign} ".join(parts)
    inner = ", ".join([*map(show, tree.arguments), *(f"{k} = {show(v)}" for k, v in tree.keywords)])
    return f"{'.'.join(tree.path)}({inner})"


def written(tree: Tree | str) -> str:
    """A tree written out again; a text as it is."""
    return tree if isinstance(tree, str) else show(tree)
