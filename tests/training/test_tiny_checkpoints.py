"""The table of the tiny checkpoints: complete, and each architecture's code apart from the others'."""

import subprocess
import sys

import pytest

from bentxt.models.checkpoint_sources import ENCODERS
from bentxt.models.model_table import TINY_TYPES
from bentxt.program.fingerprint import SCRIPTS, source_files
from bentxt.training.tiny_checkpoints import TINY_CHECKPOINTS, tiny_builder

#: What only one kind of checkpoint is built with.
OWN = {
    "bentxt/training/encoder_pretraining.py": {"s1_encoder", "s2_encoder"},
    "bentxt/models/tiny/vit.py": {"s1_encoder", "s2_encoder"},
    "bentxt/training/language_pretraining.py": {"internvl"},
    "bentxt/training/tower_pretraining.py": {"internvl"},
    "bentxt/models/tiny/attention_start.py": {"internvl"},
    "bentxt/models/tiny/qwen.py": {"qwen3_vl"},
    "bentxt/models/tiny/glm46v.py": {"glm46v"},
    "bentxt/models/tiny/llava_onevision.py": {"llava_onevision"},
}


def test_every_architecture_of_the_models_file_and_the_encoders_are_in_the_table():
    assert list(TINY_CHECKPOINTS) == [*ENCODERS, *TINY_TYPES]


@pytest.mark.parametrize("architecture", TINY_CHECKPOINTS)
def test_every_architecture_has_a_builder(architecture):
    assert callable(tiny_builder(architecture))


@pytest.mark.parametrize(("module", "architectures"), OWN.items(), ids=list(OWN))
def test_code_of_one_architecture_is_in_no_other_s_fingerprint(module, architectures):
    holding = {
        architecture
        for architecture, built in TINY_CHECKPOINTS.items()
        if SCRIPTS / module in source_files("build_tiny_checkpoint", also=[built.module])
    }
    assert holding == architectures


def test_the_table_imports_no_builder_and_neither_torch_nor_pandas():
    heavy = "import sys, bentxt.training.tiny_checkpoints; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", heavy], cwd=SCRIPTS, capture_output=True, text=True, check=True
    )
    modules = set(done.stdout.split())
    assert not modules & {built.module for built in TINY_CHECKPOINTS.values()}
    assert not modules & {"torch", "transformers", "pandas"}
