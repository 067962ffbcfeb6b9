"""The inputs of the augmentation: nine patches, two of which have the same caption."""

import json
import sys

import numpy as np
import pytest

import augment_captions
from worlds.augmentation import command
from worlds.caption_tables import SETTINGS, random_map, write_tables

PATCHES = 9


@pytest.fixture(scope="session")
def maps():
    """Nine patches, two of which have the same caption."""
    return [random_map(seed, regions=5) for seed in range(PATCHES - 2)] + [
        np.full((120, 120), 18, np.uint8)
    ] * 2


@pytest.fixture(scope="session")
def inputs(tmp_path_factory, maps, run_program):
    folder = tmp_path_factory.mktemp("inputs")
    paths = write_tables(folder, maps)
    names = ("--patches", "--maps", "--instances", "--adjacencies")
    arguments = [str(part) for pair in zip(names, paths, strict=True) for part in pair]
    captions = folder / "template.parquet"
    run_program("write_captions", *arguments, "--out", captions, "--settings", json.dumps(SETTINGS))
    return ["--captions", str(captions), *arguments]


@pytest.fixture
def run(monkeypatch):
    """Run the program in this process."""

    def call(inputs, folder, text, **shard):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", command(inputs, folder, text, **shard)[1:])
            augment_captions.main()

    return call


@pytest.fixture
def key(monkeypatch):
    """The key of the server."""
    monkeypatch.setenv("BENTXT_TEST_KEY", "sk-very-secret")
