"""HTML as a browser takes it: its elements with their attributes, and the texts between them."""

from html.parser import HTMLParser


class ShownPage(HTMLParser):
    """A page that was read.

    Attributes
    ----------
    elements : list of (str, dict)
        Name and attributes of each element.
    texts : list of str
        Texts in the page, white space at their ends left out; styles not among them.
    rows : list of list of str
        The texts of each row of a table, cell by cell.
    """

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.rows, self._open = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "br", "img"):
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, text):
        if "style" in self._open:
            return
        if text.strip():
            self.texts.append(text.strip())
        if "td" in self._open or "th" in self._open:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {text}".strip()

    def named(self, tag):
        """Return the attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]


#: What a page must not let a model do: each as an answer.
HOSTILE = (
    "</style><script>alert(1)</script>",
    "<img src=x onerror=alert(1)> yes",
    "\\input{/etc/passwd} $x$ \\write18{rm}",
    "a\u202eevil\u2066 \x00\x07\x1b[31mred",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)\n" * 40,
    "Z" + "\u0301" * 400,
    "]]></svg><a href='https://example.org'>no</a>",
)
