"""Keep what a preview understood column by column, as it is now stored from there.

Deploy together with the code that previews workbooks; it rewrites the previews that are kept, and adds
nothing.  A workbook that waits to be agreed to can be agreed to afterwards.
"""

from alembic import op

revision = "2026_11_20_previews"
down_revision = "2026_11_20_supplied"
branch_labels = None
depends_on = None

TEXTS = {"period": 0, "series": 3, "written": 5, "cell": 6, "doubts": 7}
NUMBERS = {"unit_id": 1, "indicator_id": 2, "kind": 4}


def upgrade() -> None:
    quoted = r"""'"' || replace(replace(row ->> {place}, '\', '\\'), '"', '\"') || '"'"""
    columns = ", ".join(
        [f"'{name}', {_joined(quoted.format(place=place))}" for name, place in TEXTS.items()]
        + [f"'{name}', {_joined(f'row ->> {place}')}" for name, place in NUMBERS.items()]
    )
    op.execute(
        "update workbook set preview = preview || ("
        f" select jsonb_build_object('many', count(*), 'values', jsonb_build_object({columns}))"
        " from jsonb_array_elements((preview ->> 'values')::jsonb) with ordinality as kept (row, place))"
        " where jsonb_typeof(preview -> 'values') = 'string'"
    )


def downgrade() -> None:
    columns = {**dict.fromkeys(TEXTS, "text[]"), **dict.fromkeys(NUMBERS, "int[]")}
    order = sorted({**TEXTS, **NUMBERS}, key=lambda name: {**TEXTS, **NUMBERS}[name])
    arrays = ", ".join(f"('{{' || (preview -> 'values' ->> '{n}') || '}}')::{columns[n]}" for n in order)
    # What all rows share was written once, in the first row.
    each = ", ".join(
        f"coalesce({name}, first_value({name}) over (order by place)){'::jsonb' if name == 'doubts' else ''}"
        for name in order
    )
    op.execute(
        "update workbook set preview = preview - 'many' || jsonb_build_object('values', ("
        " select coalesce(jsonb_agg(row order by place), '[]')::text from ("
        f"  select place, jsonb_build_array({each}) as row"
        f"  from unnest({arrays}) with ordinality as kept ({', '.join(order)}, place)) rows))"
        " where jsonb_typeof(preview -> 'values') = 'object'"
    )


def _joined(element: str) -> str:
    return f"coalesce(string_agg({element}, ',' order by place), '')"
