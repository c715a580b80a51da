"""Names of places are for everybody; the size of the whole firm is not."""

from __future__ import annotations

from data_access.reads.generation import read_generation
from data_access.reads.places import read_place_names
from data_access.reads.tiers import read_cutoffs
from data_access.scope import FIRM, Scope
from tests.support.firm import AS_OF


def test_the_line_is_for_every_reader_n_and_k_for_those_who_see_everything(firm_db):
    with firm_db.reading() as connection:
        generation = read_generation(connection)
        found = {
            name: [(line["tier"], line["base_count"], line["k_count"], line["cut_fen"])
                   for line in read_cutoffs(connection, generation, AS_OF, scope) if line["tier"] != "C"]
            for name, scope in (("firm", FIRM), ("person", Scope(staff_ids=frozenset({2}))))
        }  # fmt: skip
    assert found["firm"] == [("A", 8, 1, 1_200_000), ("B", 8, 2, 600_000)]
    assert found["person"] == [("A", None, None, 1_200_000), ("B", None, None, 600_000)]


def test_every_place_has_its_name(firm_db):
    with firm_db.reading() as connection:
        names = read_place_names(connection)
    assert (len(names), names["O012"], names["HQ"]) == (7, "杭州庆春路营业部", "总部")
