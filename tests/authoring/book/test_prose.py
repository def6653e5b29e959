"""Markdown as HTML: links, headings, tables, folded answers, pictures."""

from pathlib import Path

import pytest

from coursekit.authoring.book.prose import Prose, plain_text


@pytest.fixture
def prose(tmp_path):
    return Prose(tmp_path)


def test_links_to_notebooks_lead_to_their_pages(prose):
    page = prose.render("[a](05_batch_norm.ipynb#Claim-A9) [b](../exercises/x.ipynb)")
    assert 'href="05_batch_norm.html#Claim-A9"' in page
    assert 'href="../exercises/x.html"' in page


def test_links_to_other_sites_stay_as_they_are(prose):
    assert 'href="https://a.org/b.ipynb"' in prose.render("[a](https://a.org/b.ipynb)")


def test_links_to_pages_that_are_not_there_become_text(tmp_path):
    alone = Prose(tmp_path, alone=True)
    page = alone.render("[here](05_batch_norm.ipynb), [there](https://a.org)")
    assert page == '<p>here, <a href="https://a.org">there</a></p>'


def test_headings_have_the_ids_that_jupyterlab_gives_them(prose):
    page = prose.render("## Forget `.eval()`, and *see*")
    assert 'id="Forget-.eval(),-and-see"' in page
    (heading,) = prose.headings
    assert (heading.level, heading.text) == (2, "Forget .eval(), and see")


def test_two_headings_with_the_same_words_have_different_ids(prose):
    prose.render("## Again")
    prose.render("## Again")
    assert [heading.id for heading in prose.headings] == ["Again", "Again-2"]


def test_a_folded_answer_keeps_its_content_inside(prose):
    page = prose.render(
        "<details><summary>Answer</summary>\n\n**2.** Because $x$.\n\n</details>"
    )
    assert page.index("<strong>2.") < page.index("</details>")


def test_the_headers_of_a_table_say_what_they_head(prose):
    page = prose.render("| a | b |\n|---|---|\n| 1 | 2 |")
    assert page.count('<th scope="col"') == 2


def test_a_table_without_words_in_its_head_is_headed_by_its_first_column(prose):
    page = prose.render("| | |\n|---|---|\n| a | 1 |\n| b | 2 |")
    assert "<thead>" not in page
    assert page.count('<th scope="row"') == 2


def test_an_empty_corner_is_no_header(prose):
    page = prose.render("| | b |\n|---|---|\n| a | 1 |")
    assert "<td></td>" in page
    assert 'scope="row">a<' in page
    assert 'scope="col">b<' in page


def test_a_picture_is_put_into_the_page_with_its_alt_text(tmp_path):
    Path(tmp_path / "dot.svg").write_text("<svg/>")
    page = Prose(tmp_path).render("![A dot.](dot.svg)")
    assert 'src="data:image/svg+xml;base64,' in page
    assert 'alt="A dot."' in page


def test_plain_text_has_words_and_signs_only():
    assert plain_text("<b>1 &lt; <i>x</i></b>") == "1 < x"
