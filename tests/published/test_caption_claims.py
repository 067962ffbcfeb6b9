"""What the paper prints of its captions, read from the file of its claims."""

import pytest

from bentxt.errors import InputError
from bentxt.published.caption_claims import read_paper_values
from bentxt.resources import RESOURCES


def test_the_paper_s_rates_and_lengths_are_numbers():
    found = read_paper_values(RESOURCES / "paper/claims.yaml")
    assert (found["mean_correctness"], found["right_captions"]) == (93.76, 77.50)
    assert found["reviewed_captions"] == 3209
    assert (found["words_a_caption"], found["sentences_a_caption"], found["diversity"]) == (107, 4.5, 64.69)


@pytest.mark.parametrize(
    "text",
    ["{}", "right_captions: 5", "right_captions: {value: much}", "- right_captions", "right_captions: {}"],
)
def test_broken_claims_name_the_file(tmp_path, text):
    path = tmp_path / "claims.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match="right_captions") as caught:
        read_paper_values(path)
    assert caught.value.file == path
