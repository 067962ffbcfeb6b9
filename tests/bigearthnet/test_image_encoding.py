"""Streamed archives, images of some splits, and what an interrupted run leaves to the next one."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import lmdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bentxt.bigearthnet.archives import members, write_archive
from bentxt.bigearthnet.image_encoding import encode_images
from bentxt.bigearthnet.image_store import open_images
from bentxt.bigearthnet.sources import DownloadFailed, Source, SourceStream
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.metadata_schema import METADATA
from bentxt.tables.table_files import read_table
from worlds.file_server import serve

ROOT = Path(__file__).resolve().parents[2]
LINEAGE = Lineage("encode_images.py", {"run": "mini"}, "", {})
NAMES = ("BigEarthNet-S1.tar.zst", "BigEarthNet-S2.tar.zst")


def blobs(path):
    """Return all that an LMDB holds."""
    with lmdb.open(str(path), readonly=True, lock=False) as environment, environment.begin() as transaction:
        return {bytes(key).decode(): bytes(value) for key, value in transaction.cursor()}


@pytest.fixture(scope="module")
def world(miniature_world, tmp_path_factory):
    """Archives as bytes, pairs, and what encoding the archives themselves gives."""
    rows = read_table(miniature_world.metadata, METADATA).to_pylist()
    pairs = {row["patch_id"]: row["s1_name"] for row in rows}
    out = tmp_path_factory.mktemp("whole") / "images.lmdb"
    encode_images(pairs, pairs.values(), miniature_world.s1, miniature_world.s2, out, LINEAGE)
    archives = (miniature_world.s1, miniature_world.s2)
    files = {name: path.read_bytes() for name, path in zip(NAMES, archives, strict=True)}
    return SimpleNamespace(pairs=pairs, files=files, archives=archives, expected=blobs(out))


@pytest.fixture
def server(world):
    with serve(dict(world.files)) as running:
        yield running


def source(name, content):
    return Source(name, len(content), f"md5:{hashlib.md5(content).hexdigest()}", f"{name}?download=1")


def encode(world, server, out, pairs=None, retries=0, lineage=LINEAGE):
    """Stream both archives into ``out``; returns how many images were there before."""
    pairs = pairs or world.pairs
    streams = [
        SourceStream(source(name, content), server.url, retries, first_wait=0)
        for name, content in world.files.items()
    ]
    with streams[0], streams[1]:
        return encode_images(pairs, pairs.values(), *streams, out, lineage)


def asked(server):
    """Return name and range of what the server was asked for."""
    return [(path.partition("?")[0].rpartition("/")[2], wanted) for path, wanted in server.asked]


def test_a_stream_gives_the_same_images_as_the_archive(world, server, tmp_path):
    assert encode(world, server, tmp_path / "images.lmdb") == 0
    assert blobs(tmp_path / "images.lmdb") == world.expected
    assert sorted(path.name for path in (tmp_path / "images.lmdb").iterdir()) == ["data.mdb", "lineage.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["images.lmdb"]
    assert asked(server) == [(name, None) for name in NAMES]


def test_broken_connections_go_on_at_the_same_byte(world, server, tmp_path):
    middle = len(world.files[NAMES[0]]) // 2
    server.plan = [{"until": middle}, {"until": middle + 100_000}, {}, {"until": 77_777}]
    encode(world, server, tmp_path / "images.lmdb")
    assert blobs(tmp_path / "images.lmdb") == world.expected
    assert [wanted for _, wanted in asked(server)] == [
        None,
        f"bytes={middle}-",
        f"bytes={middle + 100_000}-",
        None,
        "bytes=77777-",
    ]


def test_a_part_of_the_patches_is_read_to_the_end_of_the_archive_too(world, server, tmp_path):
    pairs = dict(list(world.pairs.items())[:3])
    # The last byte is one of the padding behind all patches: only the hash tells.
    damaged = bytearray(world.files[NAMES[1]])
    damaged[-1] ^= 1
    server.plan = [{}, {"content": bytes(damaged)}]
    with pytest.raises(InputError):
        encode(world, server, tmp_path / "images.lmdb", pairs)
    assert not (tmp_path / "images.lmdb").exists()
    encode(world, server, tmp_path / "images.lmdb", pairs)
    wanted = {*pairs, *pairs.values()}
    assert blobs(tmp_path / "images.lmdb") == {name: world.expected[name] for name in wanted}


def other_world(world, path):
    """Write Sentinel-2's archive with the images of two patches exchanged; returns its bytes."""
    first, second = list(world.pairs)[:2]
    swap = {first: second, second: first}
    with write_archive(path) as archive:
        for name, data in members(world.archives[1]):
            archive.add(re.sub(f"{first}(?=[/_])|{second}(?=[/_])", lambda found: swap[found[0]], name), data)
    return path.read_bytes()


def test_other_bytes_publish_nothing_and_stay_in_no_image(world, server, tmp_path):
    out = tmp_path / "images.lmdb"
    other = other_world(world, tmp_path / "other.tar.zst")
    size = len(world.files[NAMES[1]])
    # Whole and well-formed, of the right size, and not what was published.
    assert len(other) <= size
    other += (
        b"\x50\x2a\x4d\x18" + (size - len(other) - 8).to_bytes(4, "little") + bytes(size - len(other) - 8)
    )
    server.plan = [{}, {"content": other}]
    with pytest.raises(InputError, match="MD5 of all"):
        encode(world, server, out)
    assert not out.exists()
    kept = encode(world, server, out)
    # Sentinel-1 is not fetched again; of Sentinel-2 the exchanged images were wrong.
    assert len(world.pairs) < kept <= 2 * len(world.pairs) - 2
    assert [name for name, _ in asked(server)] == [*NAMES, NAMES[1]]
    assert blobs(out) == world.expected


def test_a_server_that_gives_up_leaves_what_it_sent(world, server, tmp_path):
    middle = len(world.files[NAMES[1]]) * 3 // 4
    server.plan = [{}, {"until": middle}, {"status": 404}]
    with pytest.raises(DownloadFailed, match="404"):
        encode(world, server, tmp_path / "images.lmdb")
    kept = encode(world, server, tmp_path / "images.lmdb")
    assert len(world.pairs) <= kept < 2 * len(world.pairs)
    assert blobs(tmp_path / "images.lmdb") == world.expected
    assert [name for name, _ in asked(server)] == [*NAMES, NAMES[1], NAMES[1]]


class Interrupt(KeyboardInterrupt):
    """Ctrl-C at a chosen moment."""


def interrupted(world, out, after, lineage=LINEAGE, pairs=None):
    """Encode the archives until so many images are done."""
    pairs = pairs or world.pairs

    def watch(found):
        for count, item in enumerate(found):
            if count == after:
                raise Interrupt
            yield item

    with pytest.raises(Interrupt):
        encode_images(pairs, pairs.values(), *world.archives, out, lineage, watch)


@pytest.mark.parametrize("after", [1, 10, 24, 30, 47])
def test_an_interrupted_run_is_gone_on_with(world, tmp_path, after):
    out = tmp_path / "images.lmdb"
    interrupted(world, out, after)
    interrupted(world, out, after)
    assert not out.exists()
    kept = encode_images(world.pairs, world.pairs.values(), *world.archives, out, LINEAGE)
    assert kept == after
    assert blobs(out) == world.expected


def test_changed_code_and_other_patches_begin_anew(world, tmp_path):
    out = tmp_path / "images.lmdb"
    interrupted(world, out, 30)
    changed = Lineage("encode_images.py", {"run": "mini"}, "other", {})
    assert encode_images(world.pairs, world.pairs.values(), *world.archives, out, changed) == 0
    interrupted(world, out, 30)
    pairs = dict(list(world.pairs.items())[:3])
    assert encode_images(pairs, pairs.values(), *world.archives, out, LINEAGE) == 0
    assert len(blobs(out)) == 6


def test_more_patches_go_on(world, tmp_path):
    out = tmp_path / "images.lmdb"
    pairs = dict(list(world.pairs.items())[:5])
    interrupted(world, out, 8, pairs=pairs)
    assert encode_images(world.pairs, world.pairs.values(), *world.archives, out, LINEAGE) == 8
    assert blobs(out) == world.expected


def test_an_archive_that_has_changed_since_is_read_again(world, tmp_path):
    out, archive = tmp_path / "images.lmdb", tmp_path / "s1.tar.zst"
    archive.write_bytes(world.files[NAMES[0]])
    world = SimpleNamespace(pairs=world.pairs, archives=(archive, world.archives[1]), expected=world.expected)
    interrupted(world, out, 30)
    archive.write_bytes(b"no archive any more")
    with pytest.raises(InputError, match="neither zstd nor tar"):
        encode_images(world.pairs, world.pairs.values(), *world.archives, out, LINEAGE)


# The program


@pytest.fixture
def job(world, server, tmp_path):
    """Arguments of the program for streams, and the table of patches; ``start`` runs it."""
    content = {"patch_id": list(world.pairs), "s1_name": list(world.pairs.values())}
    splits = [("train", "bench", "test")[number % 3] for number in range(len(world.pairs))]
    # Three rows a patch, as in a data set.
    rows = {name: [value for value in values for _ in range(3)] for name, values in content.items()}
    table = pa.table(rows | {"split": pa.array([split for split in splits for _ in range(3)])})
    pq.write_table(table, tmp_path / "dataset.parquet")
    lines = [
        f"{name}\t{len(data)}\tmd5:{hashlib.md5(data).hexdigest()}\t{name}\tzenodo\n"
        for name, data in world.files.items()
    ]
    (tmp_path / "sources.tsv").write_text("name\tbytes\tchecksum\turl_path\torigin\n" + "".join(lines))

    def start(splits="all", *more):
        settings = json.dumps({"run": "mini", "images": {"splits": splits}})
        command = [sys.executable, ROOT / "workflow_scripts" / "encode_images.py"]
        command += ["--patches", tmp_path / "dataset.parquet", "--out", tmp_path / "images.lmdb"]
        command += ["--sources", tmp_path / "sources.tsv", "--base-url", server.url, "--retries", "0", *more]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen([*map(str, command), "--settings", settings], **pipes)

    chosen = {
        key: {patch for patch, found in zip(world.pairs, splits, strict=True) if key in ("all", found)}
        for key in ("all", "bench", "test")
    }
    chosen["test"] |= chosen["bench"]
    return SimpleNamespace(start=start, out=tmp_path / "images.lmdb", chosen=chosen, folder=tmp_path)


def finished(process):
    output, messages = process.communicate(timeout=60)
    assert process.returncode == 0, messages
    return output


@pytest.mark.parametrize("splits", ["bench", "test"])
def test_images_of_a_split(world, job, splits):
    pairs = {patch: world.pairs[patch] for patch in job.chosen[splits]}
    output = finished(job.start(splits))
    assert output == f"{len(pairs)} pairs: {2 * len(pairs)} images encoded, 0 there from an interrupted run\n"
    wanted = {*pairs, *pairs.values()}
    assert blobs(job.out) == {name: world.expected[name] for name in wanted}
    notes = json.loads((job.out / "lineage.json").read_text())["notes"]
    assert notes["streamed"] == {
        name: f"md5:{hashlib.md5(data).hexdigest()}" for name, data in world.files.items()
    }
    other = next(patch for patch in world.pairs if patch not in pairs)
    with pytest.raises(InputError, match="patch not in the LMDB") as caught:
        open_images(job.out).s2(other)
    assert "set images.splits" in caught.value.remedy


def test_a_killed_stream_keeps_the_archive_that_it_had_read(world, server, job):
    server.plan = [{}, {"until": len(world.files[NAMES[1]]) // 2, "hang": True}]
    process = job.start()
    assert server.sent.wait(60)
    state = job.folder / ".images.lmdb.part" / "state.json"
    while not state.exists() or "Sentinel-1" not in state.read_text():
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not job.out.exists()
    output = finished(job.start())
    count = len(world.pairs)
    kept = int(re.search(r"(\d+) there from", output)[1])
    assert (
        output == f"{count} pairs: {2 * count - kept} images encoded, {kept} there from an interrupted run\n"
    )
    assert kept >= count
    assert [name for name, _ in asked(server)] == [*NAMES, NAMES[1]]
    assert blobs(job.out) == world.expected
    assert not state.parent.exists()


def test_a_stream_that_is_told_to_end_keeps_every_image(world, server, job):
    server.plan = [{}, {"until": len(world.files[NAMES[1]]) // 2, "hang": True}]
    process = job.start()
    assert server.sent.wait(60)
    state = job.folder / ".images.lmdb.part" / "state.json"
    while not state.exists() or "Sentinel-1" not in state.read_text():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    there = blobs(state.parent)
    assert f"{len(there)} there from an interrupted run" in finished(job.start())
    assert blobs(job.out) == world.expected


def test_streams_need_a_server(job, tmp_path):
    command = [sys.executable, ROOT / "workflow_scripts/encode_images.py", "--patches", "p", "--out", "o"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ, cwd=tmp_path)
    assert done.returncode == 2
    assert "--sources and --base-url" in done.stderr
