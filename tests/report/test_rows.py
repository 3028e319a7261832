"""Tables made of objects: a column knows its cell, a row what it is about."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from supplychain.report.tables import Column, Columns, Table, table


@dataclass(frozen=True, slots=True)
class Maker:
    id: str
    name: str
    share: float


COLUMNS: Columns[Maker] = (
    Column("name", "Name"),
    Column("share", "Share", "share"),
    Column("rest", "Others", "share", of=lambda maker: 1 - maker.share),
)
TWINS = (Maker("one", "Twin", 0.75), Maker("other", "Twin", 0.25))


def makers(most: int | None = None) -> Table:
    return table("makers", COLUMNS, TWINS, "Makers", by=lambda maker: maker.id, most=most)


def test_a_column_is_an_attribute_or_what_it_says() -> None:
    assert makers().rows == (("Twin", 0.75, 0.25), ("Twin", 0.25, 0.75))
    assert makers().column("rest").label == "Others"


def test_of_a_mapping_a_column_is_an_item() -> None:
    columns: Columns[dict[str, int]] = (Column("b", "B"), Column("a", "A"))

    assert table("t", columns, [{"a": 1, "b": 2}]).rows == ((2, 1),)
    with pytest.raises(KeyError, match="a"):
        table("t", columns, [{"b": 2}])


def test_rows_of_one_name_are_told_apart() -> None:
    assert makers().cell("one", "share") == 0.75
    assert makers().cell("other", "share") == 0.25
    assert [makers().place(id_) for id_ in makers().ids] == [0, 1]
    with pytest.raises(KeyError, match="makers has no row 'third'"):
        makers().cell("third", "share")
    with pytest.raises(KeyError, match="price"):
        makers().cell("one", "price")


def test_two_rows_about_the_same_are_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="rows of makers are about the same"):
        table("makers", COLUMNS, TWINS, by=lambda maker: maker.name)


def test_what_is_left_out_is_counted_in_the_title() -> None:
    assert makers(1).title == "Makers (1 of 2; --top sets how many)"
    assert makers(1).rows == makers().rows[:1]
    assert makers(1).ids == ("one",)
    assert makers(2).title == makers().title == "Makers"


def test_cells_of_rows_left_out_are_not_computed() -> None:
    columns: Columns[int] = (Column("n", "N", of=lambda n: 1 // n),)

    assert table("t", columns, [1, 0], most=1).rows == ((1,),)


def test_rows_are_numbered_from_one() -> None:
    numbered = table("makers", COLUMNS[:1], TWINS, by=lambda maker: maker.id, numbered=True)

    assert numbered.records() == [{"rank": 1, "name": "Twin"}, {"rank": 2, "name": "Twin"}]
    assert numbered.cell("other", "rank") == 2


def test_columns_are_picked_by_key_and_rows_keep_what_they_are_about() -> None:
    picked = makers().picked(["rest", "price", "name"])
    assert [c.key for c in picked.columns] == ["rest", "name"]
    assert picked.cell("other", "rest") == 0.75

    below = makers().cut(1, None, "others")
    assert (below.name, below.ids, below.rows) == ("others", ("other",), makers().rows[1:])
