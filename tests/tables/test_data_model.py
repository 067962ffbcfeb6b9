"""docs/data_model.md says what the schemas say."""

import re
from pathlib import Path

from bentxt.tables.all_schemas import TABLES

PAGE = Path(__file__).resolve().parents[2] / "docs/data_model.md"


def sections():
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_table_is_described_with_its_columns_types_and_meanings():
    described = {
        name: re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (.+) \|$", text, re.MULTILINE)
        for name, text in sections().items()
        if name in TABLES
    }
    assert list(described) == list(TABLES)
    for name, schema in TABLES.items():
        assert [(column, kind) for column, kind, _ in described[name]] == [
            (field.name, str(field.type)) for field in schema
        ], name
        for field, (_, _, meaning) in zip(schema, described[name], strict=True):
            if field.metadata:
                assert meaning == field.metadata[b"description"].decode()


def test_every_table_names_its_file_writer_and_readers():
    for name in TABLES:
        assert re.search(r"^- file: `", sections()[name], re.MULTILINE)
        writer = re.search(r"^- written by: (\w+)", sections()[name], re.MULTILINE)[1]
        assert (PAGE.parents[1] / f"workflow_scripts/{writer}.py").exists()
        assert re.search(r"^- read by: \w", sections()[name], re.MULTILINE)


#: Tables that rules name by a constant of their own.
NAMED = ["metadata", "maps", "instances", "adjacencies", "patches", "dataset"]


def test_the_readers_of_a_table_are_the_rules_that_take_it():
    takers: dict[str, set[str]] = {name: set() for name in NAMED}
    rules = set()
    for path in (PAGE.parents[1] / "rules").glob("*.smk"):
        for text in re.split(r"^ *rule ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            rules.add(text.split(":")[0])
            inputs = re.search(r"^ *input:\n(.*?)^ *output:", text, re.MULTILINE | re.DOTALL)
            for name in NAMED:
                if inputs and re.search(rf"\b{name.upper()}\b", inputs[1]):
                    takers[name].add(text.split(":")[0])
    # Where the config names no released file, the agreement is that of this run's own data set.
    takers["dataset"].add("measure_agreement")
    for name in NAMED:
        readers = re.search(r"^- read by: (.+)$", sections()[name], re.MULTILINE)[1]
        # Programs that people call, as the review page, have no rule.
        assert set(readers.split(", ")) & rules == takers[name], name
