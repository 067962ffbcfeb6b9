"""The commands of the pages plan what they say, and the rule graph is that of the rules."""

import re
from xml.etree import ElementTree

import pytest

from worlds.pages import PROJECT, commands

pytestmark = pytest.mark.workflow


def dry(words):
    """Return the arguments of a snakemake command so that it runs nothing: a report needs a finished run."""
    if "--unlock" in words:
        return words[1:]
    words = words[1:]
    if "--report" in words:
        place = words.index("--report")
        words = words[:place] + words[place + 2 :]
    return [*words, "--dry-run"]


@pytest.mark.parametrize("words", commands("snakemake"), ids=" ".join)
def test_the_commands_of_the_pages_can_be_planned(words, fresh_workflow):
    fresh_workflow.snakemake(*dry(words))


def graph_of(names, arrows):
    """Return the arrows between names, without ``all`` and without those that follow from others."""
    arrows = {(names[start], names[end]) for start, end in arrows}
    after = {name: {end for start, end in arrows if start == name} for name in names.values()}

    def reached(name):
        return after[name].union(*map(reached, after[name]))

    return {
        (start, end)
        for start, end in arrows
        if end != "all" and not any(end in reached(other) for other in after[start])
    }


def test_the_rule_graph_is_that_of_the_rules(fresh_workflow):
    output = fresh_workflow.snakemake("all", "--forceall", "--rulegraph", "dot").stdout
    names = dict(re.findall(r'^\s*(\d+)\[label = "(\w+)"', output, re.MULTILINE))
    expected = graph_of(names, re.findall(r"^\s*(\d+) -> (\d+)", output, re.MULTILINE))

    shown_names, shown_arrows = {}, set()
    svg = "{http://www.w3.org/2000/svg}"
    for group in ElementTree.parse(PROJECT / "docs/rulegraph.svg").iter(f"{svg}g"):
        title = group.findtext(f"{svg}title")
        if group.get("class") == "node":
            shown_names[title] = group.findtext(f"{svg}text")
        elif group.get("class") == "edge":
            shown_arrows.add(tuple(title.split("->")))
    assert set(shown_names.values()) == set(names.values()) - {"all"}, "make rulegraph"
    assert graph_of(shown_names, shown_arrows) == expected, "make rulegraph"
