"""Images: one sample from the LMDB against its GeoTIFFs through rasterio, and streaming against unpacking.

CPU time within one process, on the same patches of an invented world. Run: ``make bench``.
"""

import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
import zstandard
from safetensors.numpy import save

from bentxt.bigearthnet.archives import members
from bentxt.bigearthnet.image_encoding import encode_images
from bentxt.bigearthnet.image_store import S1_BANDS, S2_BANDS, open_images
from bentxt.bigearthnet.patch_names import s1_member, s2_member
from bentxt.miniature.world import plan, write_world
from bentxt.program.lineage import Lineage

PATCHES = 120
REPEATS = 5


def cpu_seconds(function, repeats):
    """Return the least CPU time of some runs of a function."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def unpack(archive, folder):
    """Unpack an archive as people usually do."""
    with (
        archive.open("rb") as raw,
        zstandard.ZstdDecompressor().stream_reader(raw) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        tar.extractall(folder, filter="data")


def read_geotiffs(folder, patches):
    """Read every band of some patches through rasterio."""
    for patch in patches:
        for band in S2_BANDS:
            with rasterio.open(folder / s2_member(patch.patch_id, band)) as dataset:
                dataset.read(1)


def read_samples(images, names):
    """Read every band of some patches from the LMDB."""
    for name in names:
        images.s2(name)


def encode_unpacked(folder, patches):
    """Make a blob of every unpacked patch through rasterio."""
    for patch in patches:
        for bands, member in ((S1_BANDS, s1_member), (S2_BANDS, s2_member)):
            name = patch.s1_name if bands is S1_BANDS else patch.patch_id
            arrays = {}
            for band in bands:
                with rasterio.open(folder / member(name, band)) as dataset:
                    arrays[band] = dataset.read(1)
            save(arrays)


def main():
    """Run and print the two comparisons."""
    lineage = Lineage("benchmarks/images.py", {"run": "mini"}, "", {})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        patches = plan(1, PATCHES, 0, 0, 0.0)
        s1, s2 = folder / "BigEarthNet-S1.tar.zst", folder / "BigEarthNet-S2.tar.zst"
        others = {key: folder / key for key in ("reference_maps", "metadata", "excluded_metadata")}
        write_world(patches, 1, s1=s1, s2=s2, **others, lineage=lineage)
        names = [patch.patch_id for patch in patches], [patch.s1_name for patch in patches]

        start = time.process_time()
        unpack(s1, folder / "unpacked")
        unpack(s2, folder / "unpacked")
        encode_unpacked(folder / "unpacked", patches)
        naive = time.process_time() - start
        ours = cpu_seconds(lambda: encode_images(*names, s1, s2, folder / "images.lmdb", lineage), 2)
        print(f"archives to blobs: {1e3 * ours / PATCHES:.2f} ms, {naive / ours:.0f}x unpacking and rasterio")

        images = open_images(folder / "images.lmdb")
        order = np.random.default_rng(1).permutation(PATCHES)
        naive = cpu_seconds(lambda: read_geotiffs(folder / "unpacked", patches), 2) / PATCHES
        ours = cpu_seconds(lambda: read_samples(images, [names[0][i] for i in order]), REPEATS) / PATCHES
        print(
            f"12 bands from the LMDB: {1e6 * ours:.0f} us, {naive / ours:.0f}x 12 GeoTIFFs through rasterio"
        )

        count = 12 * PATCHES
        ours = cpu_seconds(lambda: sum(len(data) for _, data in members(s2)), REPEATS)
        print(f"streaming members: {1e6 * ours / count:.0f} us each, with decompression")


if __name__ == "__main__":
    main()
