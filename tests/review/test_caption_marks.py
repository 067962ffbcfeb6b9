"""Marks in a caption: pieces are the text, differences are words, findings are where the check saw them."""

from hypothesis import given
from hypothesis import strategies as st

from bentxt.review.caption_marks import marked

WORDS = st.lists(st.sampled_from(["arable", "land", "Forest,", "469,000", "sqm.", '"sea"', "é²"])).map(
    " ".join
)
PLACES = st.lists(st.none() | st.tuples(st.integers(-3, 60), st.integers(-3, 60)), max_size=4)


@given(WORDS, WORDS, PLACES)
def test_pieces_are_the_text_and_every_finding_is_marked_where_it_is(text, other, places):
    pieces = marked(text, other, places)
    assert "".join(piece.text for piece in pieces) == text
    for number, place in enumerate(places):
        shown = "".join(piece.text for piece in pieces if number in piece.findings)
        inside = place is not None and 0 <= place[0] < place[1] <= len(text)
        assert shown == (text[place[0] : place[1]] if inside else "")


@given(WORDS)
def test_a_text_differs_in_nothing_from_itself(text):
    assert not any(piece.differs for piece in marked(text, text))


def test_case_and_quotation_marks_make_no_difference_and_numbers_stay_whole():
    caption = "Coniferous forest covers 469,000 sqm."
    pieces = marked(caption, 'It shows "coniferous forest" (~469,500 sqm).')
    assert [piece.text for piece in pieces if piece.differs] == ["covers 469,000"]
