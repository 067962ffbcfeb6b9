"""The project's pages, and the commands that they tell a reader to type."""

import re
import shlex
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "tests/**/*.md", "figures/README.md", ".github/**/*.md")
    for page in PROJECT.glob(pattern)
)


def commands(program):
    """Return the commands in the code blocks of all pages that call a program, each as a list of words.

    Lines that end in a backslash are joined, comments are left out, each command is there once. Those of
    docs/adding.md need the changes that it describes: its own test runs them.
    """
    found = {}
    for page in PAGES:
        if page.name == "adding.md":
            continue
        blocks = re.findall(
            r"^ *```(?:console|bash|sh)\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL
        )
        for line in "\n".join(blocks).replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0] == program:
                found[tuple(words)] = list(words)
    return list(found.values())
