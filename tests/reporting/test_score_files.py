import pytest

from bentxt.errors import InputError
from bentxt.evaluation.score import SCORED, Score
from bentxt.reporting.score_files import read_scores


def _write(path, task="mcq"):
    score = Score(
        model="M",
        task=task,
        split="bench",
        status=SCORED,
        reason=None,
        weights="published",
        lineage={},
        prediction={},
    )
    path.write_text(score.to_json())
    return path


def test_scores_are_found_by_model_and_task(tmp_path):
    scores = read_scores([_write(tmp_path / "a.json"), _write(tmp_path / "b.json", "binary")])
    assert list(scores) == [("M", "mcq"), ("M", "binary")]


def test_a_missing_score_file_is_named(tmp_path):
    with pytest.raises(InputError, match="file not found") as error:
        read_scores([tmp_path / "s.json"])
    assert error.value.file == tmp_path / "s.json"


def test_two_files_of_one_score_are_refused(tmp_path):
    with pytest.raises(InputError, match="two score files"):
        read_scores([_write(tmp_path / "a.json"), _write(tmp_path / "b.json")])
