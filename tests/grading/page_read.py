"""Read a page as a browser, a screen reader and a strict parser would."""

from html.parser import HTMLParser

VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
#: Attributes that may make a browser fetch or run something.
REACHES_OUT = frozenset({"src", "srcset", "action", "data", "poster", "background"})


class Page(HTMLParser):
    """The tags, attributes, headings and words of a page; every tag must be closed."""

    def __init__(self, html):
        super().__init__()
        self.html, self.tags, self.attributes = html, [], []
        self.open, self.headings, self.words, self.ids = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == [], f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        """Note a tag; in SVG one that stands alone comes to `handle_startendtag`."""
        self.note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note a tag that stands alone."""
        self.note(tag, attrs)

    def note(self, tag, attrs):
        """Keep a tag and its attributes."""
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag[0] == "h" and tag[1:].isdigit():
            self.headings.append(int(tag[1:]))

    def handle_endtag(self, tag):
        """Hold a closing tag against the one that is open."""
        assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open}"
        self.open.pop()

    def handle_data(self, data):
        """Collect the words that are shown."""
        if self.open and self.open[-1] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self):
        """All words with single spaces."""
        return " ".join("".join(self.words).split())

    def check(self):
        """Assert what holds for every page of the reports."""
        assert self.html.startswith('<!DOCTYPE html>\n<html lang="en">')
        assert "script" not in self.tags and "iframe" not in self.tags
        for tag, name, value in self.attributes:
            assert not name.startswith("on"), (tag, name)
            assert name not in REACHES_OUT, (tag, name)
            if name == "href":
                assert ":" not in value and not value.startswith("//"), value
        assert "url(" not in self.html and "@import" not in self.html
        assert self.headings[0] == 1 and self.headings.count(1) == 1
        for before, after in zip(self.headings, self.headings[1:], strict=False):
            assert after <= before + 1, f"a heading is left out: {self.headings}"
        assert len(self.ids) == len(set(self.ids)), self.ids
        for landmark in ("header", "main", "footer"):
            assert self.tags.count(landmark) == 1
        for name, value in (("name", "viewport"), ("name", "color-scheme")):
            assert ("meta", name, value) in self.attributes
        heads = self.tags.count("th")
        assert heads == sum(name == "scope" for _, name, _ in self.attributes)
        assert self.tags.count("table") == self.tags.count("caption")
        drawings = [name for tag, name, _ in self.attributes if tag == "svg"]
        assert drawings.count("aria-label") == self.tags.count("svg")
        assert not set(self.html) & set("\x00\x07\x1b\u202e\u2066")
        self.html.encode("utf-8")
        return self


def read(html):
    """Return a page after checking what holds for all of them."""
    return Page(html).check()


HOSTILE = (
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "\x00\x1b[2J\x1b]0;title\x07",
    "lone \ud800 surrogate",
    "right to left \u202e mark",
    "y" * 100_000,
    "line\n" * 5000,
    "--></style></title><h1>x",
    "javascript:alert(1)",
)
