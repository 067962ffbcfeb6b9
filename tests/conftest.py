"""Fixtures that the test files share."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest

from bentxt.miniature.world import plan, write_world
from bentxt.program.lineage import Lineage

ROOT = Path(__file__).resolve().parent.parent

# How long an example takes says nothing of what is tested; the first one pays for imports.
hypothesis.settings.register_profile("bentxt", deadline=None)
hypothesis.settings.load_profile("bentxt")


@pytest.fixture(scope="session")
def miniature_world(tmp_path_factory):
    """A miniature world of 24 clear patches, 2 of them with unlabelled pixels, 2 snowy and 2 cloudy ones.

    Attributes: ``folder``, ``reference_maps``, ``s1``, ``s2``, ``metadata``, ``excluded_metadata`` (paths),
    ``planned`` (the invented patches) and ``seed``.
    """
    folder = tmp_path_factory.mktemp("miniature_world")
    paths = {
        "reference_maps": folder / "Reference_Maps.tar.zst",
        "s1": folder / "BigEarthNet-S1.tar.zst",
        "s2": folder / "BigEarthNet-S2.tar.zst",
        "metadata": folder / "metadata.parquet",
        "excluded_metadata": folder / "metadata_for_patches_with_snow_cloud_or_shadow.parquet",
    }
    planned = plan(7, patches=24, snow_patches=2, cloud_patches=2, unlabelled_share=0.1)
    lineage = Lineage("make_miniature_world.py", {"run": "mini", "seed": 7}, "", {"source": "invented"})
    write_world(planned, 7, **paths, lineage=lineage)
    return SimpleNamespace(folder=folder, planned=planned, seed=7, **paths)


@pytest.fixture(scope="session")
def real_data():
    """The folder of real files that BENTXT_REAL_DATA names; a test that wants it is skipped without."""
    folder = os.environ.get("BENTXT_REAL_DATA")
    if not folder:
        pytest.skip("BENTXT_REAL_DATA is not set")
    return Path(folder)


@pytest.fixture(scope="session")
def run_program():
    """Run ``workflow_scripts/<name>.py`` with arguments; returns the finished process, its output as text."""

    def run(name, *arguments, check=True):
        command = [sys.executable, str(ROOT / "workflow_scripts" / f"{name}.py"), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return done

    return run
