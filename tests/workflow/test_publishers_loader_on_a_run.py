"""The loader that is published with the release reads what a run makes."""

import pandas as pd
import pytest

from worlds.publishers_loader import STAGES, PublishersLoader, check_images
from worlds.small_release import geotiffs_of

pytestmark = pytest.mark.workflow


def test_every_patch_of_a_run_is_loaded_with_the_values_of_its_geotiffs(finished_run):
    data, results = finished_run.folder / "data/small", finished_run.folder / "results/small"
    dataset = results / "BigEarthNet.txt.parquet"
    geotiffs = geotiffs_of(data / "BigEarthNet-S1.tar.zst", data / "BigEarthNet-S2.tar.zst")
    table = pd.read_parquet(dataset)
    loader = PublishersLoader(results / "images.lmdb", dataset, bands="all")
    try:
        assert check_images(loader, geotiffs, "all", 120) == 14 * table["patch_id"].nunique()
        assert list(loader.table["ID"]) == list(table["ID"])
    finally:
        loader.close()
    for stage, splits in STAGES.items():
        loader = PublishersLoader(results / "images.lmdb", dataset, splits=splits)
        try:
            assert len(loader) == table["split"].isin(splits).sum() > 0, stage
        finally:
            loader.close()
