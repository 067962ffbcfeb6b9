"""Config files over the config: what stands in them counts, the rest stays."""

import pytest

from bentxt.errors import InputError
from bentxt.program.overlays import with_overlays

SETTINGS = {"run": "mini", "paths": {"data": "a", "results": "b"}, "reviews": [1]}


def test_later_files_count_and_lists_are_replaced(tmp_path):
    (tmp_path / "one.yaml").write_text("run: paper\npaths: {data: c}\nreviews: [2]\n")
    (tmp_path / "two.yaml").write_text("paths: {data: d}\n")
    (tmp_path / "empty.yaml").write_text("# nothing\n")
    files = [tmp_path / name for name in ("one.yaml", "two.yaml", "empty.yaml")]
    found = with_overlays(SETTINGS, files)
    assert found == {"run": "paper", "paths": {"data": "d", "results": "b"}, "reviews": [2]}
    assert SETTINGS["paths"]["data"] == "a"


@pytest.mark.parametrize("text", [None, "- a\n- b\n", "a: [", "\xff"])
def test_a_file_that_holds_no_settings_is_named(tmp_path, text):
    path = tmp_path / "mine.yaml"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as error:
        with_overlays(SETTINGS, [path])
    assert error.value.file == path
