"""Downloads and streams from a local server that breaks off, ignores ranges, lies or refuses."""

import hashlib
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bentxt.bigearthnet.sources import (
    DownloadFailed,
    Source,
    SourceStream,
    download,
    hub_folder,
    partial_path,
    read_source,
)
from bentxt.errors import InputError
from worlds.file_server import serve

ROOT = Path(__file__).resolve().parents[2]
CONTENT = np.random.default_rng(5).bytes(3_000_000)
MD5 = hashlib.md5(CONTENT).hexdigest()
SOURCE = Source("file.bin", len(CONTENT), f"md5:{MD5}", "file.bin?download=1")


@pytest.fixture
def server():
    with serve({SOURCE.name: CONTENT}) as running:
        yield running


def fetch(server, target, source=SOURCE, retries=3, **options):
    download(source, server.url, target, retries, first_wait=0, **options)


def only(target):
    """Whether the folder holds the target, whole, and nothing else."""
    return target.read_bytes() == CONTENT and list(target.parent.iterdir()) == [target]


def test_whole_file(server, tmp_path):
    fetch(server, tmp_path / "data" / "file.bin")
    assert only(tmp_path / "data" / "file.bin")
    assert server.asked == [("/files/file.bin?download=1", None)]


def test_broken_connection_goes_on_where_it_stopped(server, tmp_path):
    server.plan = [{"until": 1_000_000}, {"until": 2_500_000}]
    seen = []
    fetch(server, tmp_path / "file.bin", watch=seen.append)
    assert only(tmp_path / "file.bin")
    assert [wanted for _, wanted in server.asked] == [None, "bytes=1000000-", "bytes=2500000-"]
    assert seen == sorted(seen)
    assert seen[-1] == len(CONTENT)


def test_earlier_attempt_is_continued(server, tmp_path):
    partial_path(tmp_path / "file.bin").write_bytes(CONTENT[:1234])
    fetch(server, tmp_path / "file.bin")
    assert only(tmp_path / "file.bin")
    assert server.asked[0][1] == "bytes=1234-"


def test_complete_earlier_attempt_needs_no_server(server, tmp_path):
    partial_path(tmp_path / "file.bin").write_bytes(CONTENT)
    fetch(server, tmp_path / "file.bin")
    assert only(tmp_path / "file.bin")
    assert server.asked == []


def test_server_without_ranges(server, tmp_path):
    server.plan = [{"until": 700_000}, {"ranges": False}]
    fetch(server, tmp_path / "file.bin")
    assert only(tmp_path / "file.bin")


def test_overlong_earlier_attempt_starts_anew(server, tmp_path):
    partial_path(tmp_path / "file.bin").write_bytes(CONTENT + b"more")
    fetch(server, tmp_path / "file.bin")
    assert only(tmp_path / "file.bin")


def test_wrong_hash_is_refused_and_deleted(server, tmp_path):
    wrong = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    server.plan = [{"content": wrong}]
    with pytest.raises(
        InputError, match=f"MD5 is {hashlib.md5(wrong).hexdigest()}, expected {MD5}"
    ) as caught:
        fetch(server, tmp_path / "file.bin")
    assert caught.value.file == tmp_path / "file.bin"
    assert list(tmp_path.iterdir()) == []


def test_corrupt_earlier_attempt_does_not_block_for_good(server, tmp_path):
    partial_path(tmp_path / "file.bin").write_bytes(b"?" * 1000)
    with pytest.raises(InputError, match="MD5"):
        fetch(server, tmp_path / "file.bin")
    fetch(server, tmp_path / "file.bin")
    assert only(tmp_path / "file.bin")


def test_file_of_another_size_is_refused(server, tmp_path):
    server.plan = [{"content": CONTENT + b"more"}]
    with pytest.raises(InputError, match="more than the expected 3,000,000 bytes"):
        fetch(server, tmp_path / "file.bin")
    assert not (tmp_path / "file.bin").exists()


def test_range_at_another_place_is_refused(server, tmp_path):
    partial_path(tmp_path / "file.bin").write_bytes(CONTENT[:1000])
    server.plan = [{"shift": 1}]
    with pytest.raises(InputError, match=r"offers 'bytes 1001-2999999/3000000', expected bytes 1000"):
        fetch(server, tmp_path / "file.bin")


def test_nothing_is_left_where_nothing_came(server, tmp_path):
    server.plan = [{"status": 404}]
    with pytest.raises(DownloadFailed):
        fetch(server, tmp_path / "file.bin")
    assert list(tmp_path.iterdir()) == []


def test_refusal_is_final(server, tmp_path):
    server.plan = [{"status": 404}]
    with pytest.raises(InputError, match="404 Not Found") as caught:
        fetch(server, tmp_path / "file.bin")
    assert caught.value.item == f"{server.url}/file.bin?download=1"
    assert len(server.asked) == 1


def test_overload_is_waited_out(server, tmp_path):
    server.plan = [{"status": 503}, {"status": 429}, {}]
    fetch(server, tmp_path / "file.bin")
    assert only(tmp_path / "file.bin")


def test_retries_end_and_what_came_is_kept(server, tmp_path):
    server.plan = [{"until": 1_500_000}] + [{"status": 500}] * 9
    with pytest.raises(InputError, match="the server answers 500") as caught:
        fetch(server, tmp_path / "file.bin", retries=2)
    assert len(server.asked) == 1 + 3
    assert "1,500,000 of 3,000,000" in caught.value.remedy
    assert partial_path(tmp_path / "file.bin").read_bytes() == CONTENT[:1_500_000]


def test_attempts_that_bring_something_do_not_count(server, tmp_path):
    server.plan = [{"until": 300_000 * step} for step in range(1, 10)]
    fetch(server, tmp_path / "file.bin", retries=0)
    assert only(tmp_path / "file.bin")


def test_a_server_that_ignores_ranges_and_always_breaks_off_ends(server, tmp_path):
    server.plan = [{"ranges": False, "until": 900_000 - 100_000 * (step % 2)} for step in range(20)]
    with pytest.raises(InputError, match="download failed"):
        fetch(server, tmp_path / "file.bin", retries=4)
    assert len(server.asked) < 10


def test_nobody_there(tmp_path):
    with pytest.raises(InputError, match="connection broke"):
        download(SOURCE, "http://127.0.0.1:9", tmp_path / "file.bin", 1, first_wait=0)


def stream_of(server, source=SOURCE, retries=3, **options):
    return SourceStream(source, server.url, retries, first_wait=0, **options)


def read_all(stream, size=100_000):
    return b"".join(iter(lambda: stream.read(size), b""))


def test_a_stream_is_the_whole_file(server):
    seen = []
    with stream_of(server, watch=seen.append) as stream:
        assert stream.name == f"{server.url}/file.bin?download=1"
        assert read_all(stream) == CONTENT
        assert stream.read(10) == b""
    assert len(server.asked) == 1
    assert seen == sorted(seen)
    assert seen[-1] == len(CONTENT)


def test_a_stream_goes_on_at_the_same_byte(server):
    server.plan = [{"until": 1_000_000}, {"status": 503}, {"until": 2_500_000}]
    with stream_of(server) as stream:
        assert read_all(stream) == CONTENT
    wanted = [None, "bytes=1000000-", "bytes=1000000-", "bytes=2500000-"]
    assert [found for _, found in server.asked] == wanted


def test_a_stream_of_a_server_without_ranges_passes_over_what_came_before(server):
    server.plan = [{"until": 700_000}, {"ranges": False, "until": 1_900_000}, {"ranges": False}]
    with stream_of(server) as stream:
        assert read_all(stream) == CONTENT


def test_what_is_left_of_a_stream_is_checked_too(server):
    server.plan = [{"content": CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])}]
    with stream_of(server) as stream:
        assert stream.read(1000) == CONTENT[:1000]
        with pytest.raises(InputError, match=f"MD5 of all 3,000,000 bytes .*expected {MD5}") as caught:
            stream.finish()
    assert not isinstance(caught.value, DownloadFailed)
    assert "before streaming it again" in caught.value.remedy


@pytest.mark.parametrize(
    ("plan", "problem", "kind"),
    [
        ([{"status": 404}], "404", DownloadFailed),
        ([{"until": 1000}] + [{"status": 500}] * 9, "failed at byte 1,000 of 3,000,000", DownloadFailed),
        ([{"until": 1000}, {"shift": 1}], "offers 'bytes 1001-", DownloadFailed),
        ([{"content": CONTENT + b"more"}], "more than the expected 3,000,000", InputError),
    ],
)
def test_streams_that_end_early(server, plan, problem, kind):
    server.plan = plan
    with stream_of(server, retries=2) as stream, pytest.raises(InputError, match=problem) as caught:
        stream.finish()
    assert type(caught.value) is kind


def test_a_server_that_ignores_ranges_and_always_breaks_off_ends_a_stream(server):
    server.plan = [{"ranges": False, "until": 900_000 - 100_000 * (step % 2)} for step in range(20)]
    with stream_of(server, retries=4) as stream, pytest.raises(DownloadFailed):
        stream.finish()
    assert len(server.asked) < 10


def program(server, folder, **popen):
    table = folder / "sources.tsv"
    table.write_text(
        "name\tbytes\tchecksum\turl_path\torigin\n"
        f"{SOURCE.name}\t{SOURCE.size}\t{SOURCE.checksum}\t{SOURCE.url_path}\tzenodo\n"
    )
    settings = json.dumps({"run": "mini", "source": {"base_url": server.url, "retries": 0}})
    command = [sys.executable, ROOT / "workflow_scripts" / "download_source.py", "--name", SOURCE.name]
    command += ["--sources", table, "--out", folder / "out" / SOURCE.name, "--settings", settings]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **popen)


def test_killed_program_goes_on(server, tmp_path):
    target = tmp_path / "out" / SOURCE.name
    server.plan = [{"until": 2_200_000, "hang": True}]
    first = program(server, tmp_path)
    assert server.sent.wait(20)
    while not partial_path(target).exists() or partial_path(target).stat().st_size < 2_000_000:
        assert first.poll() is None
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert not target.exists()
    kept = partial_path(target).stat().st_size
    second = program(server, tmp_path)
    _, messages = second.communicate(timeout=30)
    assert second.returncode == 0, messages
    assert only(target)
    assert server.asked[1][1] == f"bytes={kept}-"


def test_full_disk_names_the_file(server, tmp_path):
    import resource

    # A limit on file sizes stands in for a full disk: writing fails in the same way.
    limit = (1_500_000, 1_500_000)
    full = program(server, tmp_path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    _, messages = full.communicate(timeout=30)
    assert full.returncode == 1
    assert str(partial_path(tmp_path / "out" / SOURCE.name)) in messages
    assert "Traceback" not in messages
    assert not (tmp_path / "out" / SOURCE.name).exists()


def test_published_files():
    names = [line.split("\t")[0] for line in (ROOT / "resources/sources.tsv").read_text().splitlines()[1:]]
    sources = [read_source(ROOT / "resources/sources.tsv", name) for name in names]
    archive, released = sources[:5], sources[5]
    assert sum(source.size for source in archive) == 117_977_581_360
    assert {source.origin for source in archive} == {"zenodo"}
    assert all(source.url_path.startswith(source.name) for source in sources)
    assert all(re.fullmatch("md5:[0-9a-f]{32}", source.checksum) for source in archive)
    assert (released.name, released.size, released.origin) == ("BigEarthNet.txt.parquet", 466_819_745, "hub")
    assert re.fullmatch("sha256:d3b97f99[0-9a-f]{48}50ca1554", released.checksum)


def test_published_metadata_matches(real_data):
    for name in ("metadata.parquet", "metadata_for_patches_with_snow_cloud_or_shadow.parquet"):
        source = read_source(ROOT / "resources/sources.tsv", name)
        content = (real_data / name).read_bytes()
        assert (len(content), f"md5:{hashlib.md5(content).hexdigest()}") == (source.size, source.checksum)


def test_unlisted_source_and_bad_table(tmp_path):
    with pytest.raises(InputError, match="not a listed source") as caught:
        read_source(ROOT / "resources/sources.tsv", "other.tar")
    assert "Reference_Maps.tar.zst" in caught.value.remedy
    (tmp_path / "bad.tsv").write_text("name\tsize\nfile.bin\t3\n")
    with pytest.raises(InputError, match="expected tab-separated columns"):
        read_source(tmp_path / "bad.tsv", "file.bin")


@pytest.mark.parametrize(
    ("checksum", "origin", "words"),
    [
        ("d41d8cd98f00b204e9800998ecf8427e", "zenodo", "none of md5: or sha256:"),
        ("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", "zenodo", "none of md5: or sha256:"),
        ("sha256:d41d8cd98f00b204e9800998ecf8427e", "hub", "none of md5: or sha256:"),
        ("md5:d41d8cd98f00b204e9800998ecf8427e", "elsewhere", "none of zenodo, hub"),
    ],
)
def test_a_hash_or_an_origin_that_is_not_known_is_refused(tmp_path, checksum, origin, words):
    rows = f"name\tbytes\tchecksum\turl_path\torigin\nf\t0\t{checksum}\tf\t{origin}\n"
    (tmp_path / "bad.tsv").write_text(rows)
    with pytest.raises(InputError, match=words):
        read_source(tmp_path / "bad.tsv", "f")


def released(content):
    digest = hashlib.sha256(CONTENT).hexdigest()
    return Source("file.bin", len(content), f"sha256:{digest}", "file.bin", "hub")


def test_a_redirect_is_followed_and_goes_on_where_it_stopped(server, tmp_path):
    server.plan = [
        {"location": "/cdn/1/file.bin?signature=x"},
        {"until": 1_000_000},
        {"location": "/cdn/2/file.bin?signature=y"},
        {},
    ]
    download(released(CONTENT), hub_folder(server.url, "a/b", "0f"), tmp_path / "file.bin", 3, first_wait=0)
    assert only(tmp_path / "file.bin")
    assert server.asked == [
        ("/files/datasets/a/b/resolve/0f/file.bin", None),
        ("/cdn/1/file.bin?signature=x", None),
        ("/files/datasets/a/b/resolve/0f/file.bin", "bytes=1000000-"),
        ("/cdn/2/file.bin?signature=y", "bytes=1000000-"),
    ]


def test_a_released_file_of_another_hash_is_refused_with_both(server, tmp_path):
    wrong = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    server.plan = [{"content": wrong}]
    own, expected = (hashlib.sha256(content).hexdigest() for content in (wrong, CONTENT))
    with pytest.raises(InputError, match=f"SHA-256 is {own}, expected {expected}") as caught:
        fetch(server, tmp_path / "file.bin", released(CONTENT))
    assert "dataset.revision" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []
