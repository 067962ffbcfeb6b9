import pytest

from bentxt.models.model_table import find_entry
from bentxt.server_options import server_options, server_problem
from worlds.prediction_world import PREDICTION, ROOT


def test_the_config_s_section_is_one_that_a_server_can_have():
    assert server_problem(PREDICTION["openai"]) is None


def test_an_entry_s_server_goes_over_the_config_s():
    merged = server_options(PREDICTION["openai"], {"base_url": "http://localhost:1/v1", "concurrency": 64})
    assert (merged["base_url"], merged["concurrency"], merged["retries"]) == ("http://localhost:1/v1", 64, 5)
    assert server_options(merged, {"concurrency": 64}) == merged


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "x"}, "no field url; known are base_url"),
        ({"base_url": "localhost:8000"}, "base_url must be an address"),
        ({"base_url": "https://me:sesame@host/v1"}, "without user, key or query"),
        ({"base_url": "https://host/v1?key=sesame"}, "without user, key or query"),
        ({"key_variable": "sk-sesame"}, "never the key itself"),
        ({"concurrency": 0}, "from 1 to 1024"),
        ({"concurrency": True}, "from 1 to 1024"),
        ({"retries": 1.5}, "from 0 to 100"),
        ({"timeout": 0}, "more than 0"),
        ({"temperature": 3}, "from 0 to 2"),
        ({"length_parameter": "max"}, "max_tokens or max_completion_tokens"),
        ({"detail": "best"}, "low, high, auto"),
        ({"extra": {"messages": []}}, "none of model, messages"),
        ({"extra": []}, "a mapping"),
    ],
)
def test_a_slip_is_named_without_the_value(options, message):
    problem = server_problem(options)
    assert message in problem
    assert "sesame" not in problem


def test_only_models_behind_a_server_have_one():
    entry = find_entry("Qwen", None, ROOT / "resources/models.yaml").to_dict()
    with pytest.raises(Exception, match="server is for models of the family openai"):
        find_entry("Qwen", entry | {"server": {"concurrency": 3}})
    own = entry | {"family": "openai", "needs": [], "tiny": None, "server": {"concurrency": 3}}
    assert find_entry("Qwen", own).server == {"concurrency": 3}
    with pytest.raises(Exception, match=r"server\.concurrency must be a whole number"):
        find_entry("Qwen", own | {"server": {"concurrency": "many"}})
