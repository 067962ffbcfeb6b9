"""Archives in the published layout, written and read as streams."""

import bz2
import gzip
import io
import lzma
import shutil
import struct
import subprocess
import tarfile
import zipfile

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.bigearthnet.archives import members, write_archive
from bentxt.bigearthnet.sources import partial_path
from bentxt.errors import InputError

LONG = "BigEarthNet-S2/" + "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP/" * 2 + "x" * 60 + "_B02.tif"
FILES = {
    "BigEarthNet-S2/a/a_B01.tif": b"first",
    LONG: bytes(range(256)) * 5,
    "BigEarthNet-S2/a/empty.tif": b"",
    "BigEarthNet-S2/notes.txt": b"not an image",
    "BigEarthNet-S2/b/b_B01.tif": b"x" * 512,
}
IMAGES = {name: data for name, data in FILES.items() if name.endswith(".tif")}


def write(path, files=FILES):
    with write_archive(path) as archive:
        for name, data in files.items():
            archive.add(name, data)
    return path


def compress(path, tar):
    path.write_bytes(zstandard.compress(tar))
    return path


def tar_of(files, form, **options):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form, **options) as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def test_what_is_written_comes_back_in_order(tmp_path):
    assert list(members(write(tmp_path / "a.tar.zst"))) == list(IMAGES.items())


def test_all_files_on_demand(tmp_path):
    assert dict(members(write(tmp_path / "a.tar.zst"), suffix="")) == FILES


def test_python_and_gnu_tar_read_what_is_written(tmp_path):
    raw = zstandard.ZstdDecompressor().stream_reader(write(tmp_path / "a.tar.zst").open("rb")).read()
    assert b"././@LongLink" in raw
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        files = {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}
        assert {entry.name for entry in tar if entry.isdir()} >= {"BigEarthNet-S2", "BigEarthNet-S2/a"}
    assert files == FILES


def test_same_content_same_bytes(tmp_path):
    assert write(tmp_path / "a.tar.zst").read_bytes() == write(tmp_path / "b.tar.zst").read_bytes()


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_every_common_tar_format(tmp_path, form):
    names = {"d" * 80 + "/" + "f" * 60 + ".tif": b"1", "./short.tif": b"2"}
    if form == tarfile.PAX_FORMAT:
        names["ü" * 120 + ".tif"] = b"3"
    path = compress(tmp_path / "a.tar.zst", tar_of(names, form))
    assert dict(members(path)) == {name.removeprefix("./"): data for name, data in names.items()}


def test_size_in_base_256(tmp_path):
    raw = bytearray(tar_of({"a.tif": b"data"}, tarfile.USTAR_FORMAT))
    raw[124:136] = b"\x80" + (4).to_bytes(11, "big")
    raw[148:156] = b" " * 8
    raw[148:156] = f"{sum(raw[:512]):06o}\0 ".encode()
    assert list(members(compress(tmp_path / "a.tar.zst", bytes(raw)))) == [("a.tif", b"data")]


def links(*entries):
    """Return a tar of ("folder/a.tif", b"abc") and of links: name, type and target."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        before = [entry for entry in entries if entry[0].startswith("before")]
        for name, kind, target in before:
            tar.addfile(link(name, kind, target))
        entry = tarfile.TarInfo("folder/a.tif")
        entry.size = 3
        tar.addfile(entry, io.BytesIO(b"abc"))
        for name, kind, target in (entry for entry in entries if entry not in before):
            tar.addfile(link(name, kind, target))
    return buffer.getvalue()


def link(name, kind, target):
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


@pytest.mark.parametrize(
    "entry",
    [
        ("folder/b.tif", tarfile.LNKTYPE, "folder/a.tif"),
        ("folder/b.tif", tarfile.LNKTYPE, "./folder/a.tif"),
        ("folder/b.tif", tarfile.SYMTYPE, "a.tif"),
        ("other/b.tif", tarfile.SYMTYPE, "../folder/a.tif"),
        ("before/b.tif", tarfile.SYMTYPE, "../folder/a.tif"),
        ("x" * 120 + "/b.tif", tarfile.LNKTYPE, "folder/a.tif"),
    ],
)
def test_a_linked_member_has_the_content_of_what_it_leads_to(tmp_path, entry):
    path = compress(tmp_path / "a.tar.zst", links(entry))
    assert list(members(path)) == [("folder/a.tif", b"abc"), (entry[0], b"abc")]


def test_links_to_links_and_long_targets(tmp_path):
    long = "BigEarthNet-S2/" + "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP/" * 2 + "x" * 60 + "_B02.tif"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        entry = tarfile.TarInfo(long)
        entry.size = 3
        tar.addfile(entry, io.BytesIO(b"abc"))
        tar.addfile(link("one.tif", tarfile.LNKTYPE, long))
        tar.addfile(link("two.tif", tarfile.SYMTYPE, "one.tif"))
        tar.addfile(link("notes.txt", tarfile.SYMTYPE, "nothing"))
    found = dict(members(compress(tmp_path / "a.tar.zst", buffer.getvalue())))
    assert found == dict.fromkeys((long, "one.tif", "two.tif"), b"abc")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (("folder/b.tif", tarfile.SYMTYPE, "/etc/passwd"), "leads out of the archive: folder/b.tif to /etc/"),
        (("folder/b.tif", tarfile.SYMTYPE, "../../a.tif"), "leads out of the archive"),
        (("folder/b.tif", tarfile.LNKTYPE, "/etc/passwd"), "a hard link that leads out"),
        (
            ("folder/b.tif", tarfile.SYMTYPE, "none.tif"),
            "link to folder/none.tif, which the archive does not",
        ),
        (("folder/b.tif", tarfile.SYMTYPE, "b.tif"), "link to folder/b.tif, which the archive does not hold"),
    ],
)
def test_links_to_nothing_in_the_archive_are_refused_by_name(tmp_path, entry, problem):
    path = compress(tmp_path / "a.tar.zst", links(entry))
    with pytest.raises(InputError, match=problem) as caught:
        list(members(path))
    assert (caught.value.file, caught.value.item) == (path, "folder/b.tif")
    assert "--hard-dereference" in caught.value.remedy


@pytest.mark.parametrize("kind", [tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE])
def test_a_member_that_is_no_file_is_refused_by_name(tmp_path, kind):
    path = compress(tmp_path / "a.tar.zst", links(("pipe.tif", kind, "")))
    with pytest.raises(InputError, match=r"not an ordinary one: pipe\.tif") as caught:
        list(members(path))
    assert caught.value.item == "pipe.tif"
    assert [name for name, _ in members(path, "a.tif")] == ["folder/a.tif"]


def test_folders_are_no_members(tmp_path):
    raw = links(("d.tif", tarfile.DIRTYPE, ""), ("../e", tarfile.DIRTYPE, ""))
    assert list(members(compress(tmp_path / "a.tar.zst", raw))) == [("folder/a.tif", b"abc")]


@pytest.mark.parametrize(
    "name", ["../evil.tif", "/tmp/evil.tif", "a/../../evil.tif", "a/..b/../../../evil.tif"]
)
def test_names_that_climb_out_are_refused_and_touch_no_file(tmp_path, name):
    path = tmp_path / "in" / "a.tar.zst"
    path.parent.mkdir()
    compress(path, tar_of({"a..b/good.tif": b"0", name: b"1"}, tarfile.GNU_FORMAT))
    seen = []
    with pytest.raises(InputError, match="leads out of the archive") as caught:
        seen.extend(name for name, _ in members(path) if seen.append(name))
    assert seen == ["a..b/good.tif"]
    assert caught.value.item == name
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


def test_what_macos_adds_is_passed_over_and_counted(tmp_path, caplog):
    more = {f"BigEarthNet-S2/a/._{name}": b"\0\5\x16\7" for name in ("a_B01.tif", "b_B01.tif")}
    more |= {"__MACOSX/BigEarthNet-S2/a_B01.tif": b"?", "BigEarthNet-S2/.DS_Store": b"?"}
    files = {**more, **FILES, "a/b._c.tif": b"a name of its own"}
    path = compress(tmp_path / "a.tar.zst", tar_of(files, tarfile.GNU_FORMAT))
    with caplog.at_level("INFO"):
        assert dict(members(path)) == IMAGES | {"a/b._c.tif": b"a name of its own"}
    assert "3 files of macOS" in caplog.text
    for name, data in files.items():
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(data)
    assert {data for _, data in members(tmp_path / "folder")} == {*IMAGES.values(), b"a name of its own"}


def skippable(number, content):
    """Return a skippable frame of zstd: its magic number, the length, the content."""
    return struct.pack("<II", 0x184D2A50 + number, len(content)) + content


@pytest.mark.parametrize("number", [0, 7, 15])
def test_skippable_frames_before_between_and_behind(tmp_path, number):
    raw = tar_of(FILES, tarfile.GNU_FORMAT)
    parts = [zstandard.compress(raw[start : start + 900]) for start in range(0, len(raw), 900)]
    # As pzstd writes them: each frame behind a skippable one that holds its length.
    framed = b"".join(skippable(number, struct.pack("<I", len(part))) + part for part in parts)
    path = tmp_path / "a.tar.zst"
    path.write_bytes(framed + skippable(number, b"x" * 3_000_000))
    assert dict(members(path)) == IMAGES


@pytest.mark.parametrize("command", ["pzstd", "zstd"])
def test_what_the_commands_write(tmp_path, command):
    if shutil.which(command) is None:
        pytest.skip(f"no {command} here")
    (tmp_path / "a.tar").write_bytes(tar_of(FILES, tarfile.GNU_FORMAT))
    subprocess.run([command, "-q", tmp_path / "a.tar", "-o", tmp_path / "a.tar.zst"], check=True)
    assert dict(members(tmp_path / "a.tar.zst")) == IMAGES


def zip_of(raw):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("a.tar", raw)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("gzip", gzip.compress),
        ("xz", lzma.compress),
        ("bzip2", bz2.compress),
        ("zip", zip_of),
        ("lz4", lambda raw: b"\x04\x22\x4d\x18" + raw),
        ("7-Zip", lambda raw: b"7z\xbc\xaf\x27\x1c" + raw),
    ],
)
def test_other_compressions_are_named_and_nobody_is_told_to_fetch_again(tmp_path, name, pack):
    path = tmp_path / "a.tar.zst"
    path.write_bytes(pack(tar_of(FILES, tarfile.GNU_FORMAT)))
    with pytest.raises(InputError, match=f"compressed with {name}, not with zstd") as caught:
        list(members(path))
    assert caught.value.file == path
    assert "zstd -o NEW" in caught.value.remedy
    assert "fetch" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><html>Sign in</html>" * 40, "a text, which begins with b'<!DOCTYPE html>"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
            "a text, which begins with b'version",
        ),
        (b"\x89PNG" * 400, "neither zstd nor tar"),
        (zstandard.compress(b"no tar" * 400), "no tar archive .checksum of its first header.: b'no tarno"),
    ],
)
def test_what_is_no_archive_is_named(tmp_path, content, problem):
    path = tmp_path / "a.tar.zst"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as caught:
        list(members(path))
    assert caught.value.file == path
    assert caught.value.remedy


def test_several_zstd_frames(tmp_path):
    raw = tar_of(FILES, tarfile.GNU_FORMAT)
    path = tmp_path / "a.tar.zst"
    path.write_bytes(zstandard.compress(raw[:700]) + zstandard.compress(raw[700:]))
    assert dict(members(path)) == IMAGES


def test_uncompressed_tar(tmp_path):
    path = tmp_path / "a.tar"
    path.write_bytes(tar_of(FILES, tarfile.GNU_FORMAT))
    assert dict(members(path)) == IMAGES


def test_folder_of_the_same_layout(tmp_path):
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert list(members(tmp_path / "BigEarthNet-S2")) == sorted(IMAGES.items())


def test_real_folder(real_data):
    names = [name for name, _ in members(real_data / "BigEarthNet-S1")]
    stem = "S1A_IW_GRDH_1SDV_20170613T165043"
    patch = f"{stem}_33UUP_70_48"
    assert names == [f"BigEarthNet-S1/{stem}/{patch}/{patch}_{band}.tif" for band in ("VH", "VV")]


def test_missing_archive(tmp_path):
    with pytest.raises(InputError, match="archive not found"):
        list(members(tmp_path / "none.tar.zst"))


def test_archive_that_ends_early_names_file_and_last_member(tmp_path):
    raw = tar_of({f"p/{index}.tif": b"y" * 3000 for index in range(9)}, tarfile.GNU_FORMAT)
    path = compress(tmp_path / "a.tar.zst", raw[: 3 * 3584 + 700])
    seen = []
    with pytest.raises(InputError, match=r"ends early.*after p/2\.tif") as caught:
        seen.extend(name for name, _ in members(path) if seen.append(name))
    assert seen == ["p/0.tif", "p/1.tif", "p/2.tif"]
    assert caught.value.file == path
    assert caught.value.item == "p/2.tif"
    assert f"{path.stat().st_size:,} bytes into the file" in caught.value.problem


def test_the_remedy_for_a_short_archive_fetches_the_rest_only(tmp_path):
    path = write(tmp_path / "a.tar.zst")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="ends early") as caught:
        list(members(path))
    assert f"md5sum {path}" in caught.value.remedy
    assert f"mv {path} {partial_path(path)}" in caught.value.remedy


def test_archive_without_end_mark(tmp_path):
    raw = tar_of({"a.tif": b"y" * 512}, tarfile.GNU_FORMAT)[:1024]
    with pytest.raises(InputError, match="without its end mark, after a"):
        list(members(compress(tmp_path / "a.tar.zst", raw)))


@settings(max_examples=60)
@given(st.data())
def test_cut_compressed_files_never_pass_for_whole_ones(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("cut") / "a.tar.zst"
    whole = write(path).read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 12))])
    with pytest.raises(InputError) as caught:
        list(members(path))
    assert caught.value.file == path


def test_archives_joined_to_one_are_read_to_the_end(tmp_path):
    path = tmp_path / "a.tar.zst"
    path.write_bytes(zstandard.compress(tar_of({"a.tif": b"1"}, tarfile.GNU_FORMAT)))
    with path.open("ab") as file:
        file.write(zstandard.compress(tar_of({"b.tif": b"2"}, tarfile.GNU_FORMAT)))
    assert dict(members(path)) == {"a.tif": b"1", "b.tif": b"2"}


def test_the_checksum_at_the_end_is_compared(tmp_path):
    path = write(tmp_path / "a.tar.zst", {"a.tif": bytes(5 << 20), "b.tif": bytes(5 << 20)})
    whole = bytearray(path.read_bytes())
    whole[-1] ^= 1
    path.write_bytes(whole)
    with pytest.raises(InputError, match=r"corrupt archive .*checksum.*after a\.tif"):
        list(members(path))


@pytest.mark.parametrize("record", [b"0 path=a\n", b"-5 path=a\n", b"9 size=x\n", b"nonsense"])
def test_bad_extended_headers(tmp_path, record):
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, len(record)
    raw = header.tobuf() + record.ljust(512, b"\0") + tar_of({"a.tif": b"1"}, tarfile.USTAR_FORMAT)
    with pytest.raises(InputError, match="bad extended header"):
        list(members(compress(tmp_path / "a.tar.zst", raw)))


def test_a_size_beyond_the_file_takes_no_memory(tmp_path):
    raw = bytearray(tar_of({"a.tif": b"data"}, tarfile.USTAR_FORMAT))
    raw[124:136] = b"\x80" + (1 << 60).to_bytes(11, "big")
    raw[148:156] = b" " * 8
    raw[148:156] = f"{sum(raw[:512]):06o}\0 ".encode()
    with pytest.raises(InputError, match="ends early, within a member"):
        list(members(compress(tmp_path / "a.tar.zst", bytes(raw))))


class Stream:
    """An archive as a stream of small pieces that cannot be read twice."""

    name = "http://host/a.tar.zst"

    def __init__(self, content):
        self.left = content

    def read(self, size):
        data, self.left = self.left[: min(size, 700)], self.left[min(size, 700) :]
        return data


def test_a_stream_is_read_to_its_last_byte(tmp_path):
    stream = Stream(write(tmp_path / "a.tar.zst").read_bytes())
    assert dict(members(stream)) == IMAGES
    assert stream.left == b""


def test_faults_of_a_stream_name_it_and_its_way_out(tmp_path):
    whole = write(tmp_path / "a.tar.zst").read_bytes()
    linked = zstandard.compress(links(("b.tif", tarfile.LNKTYPE, "folder/a.tif")))
    for content, problem in ((whole[:-90], "ends early"), (b"", "an empty file")):
        with pytest.raises(InputError, match=problem) as caught:
            list(members(Stream(content)))
        assert caught.value.file == Stream.name
        assert "images.keep_archives" in caught.value.remedy
    with pytest.raises(InputError, match="streamed and not read twice") as caught:
        list(members(Stream(linked)))
    assert caught.value.item == "b.tif"


def test_links_in_a_folder_are_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b_B01.tif").write_bytes(b"linked")
    folder = tmp_path / "BigEarthNet-S2"
    folder.mkdir()
    (folder / "patch").symlink_to(elsewhere)
    (folder / "a_B01.tif").symlink_to(elsewhere / "b_B01.tif")
    expected = [("BigEarthNet-S2/a_B01.tif", b"linked"), ("BigEarthNet-S2/patch/b_B01.tif", b"linked")]
    assert list(members(folder)) == expected
    (folder / "circle").symlink_to(folder)
    with pytest.raises(InputError, match="a folder that holds it"):
        list(members(folder))


def test_flipped_bits_are_noticed(tmp_path):
    path = write(tmp_path / "a.tar.zst", {f"{index}.tif": bytes([index]) * 4000 for index in range(20)})
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 0x55
    path.write_bytes(whole)
    with pytest.raises(InputError, match="corrupt archive"):
        list(members(path))


def test_bad_header_checksum(tmp_path):
    raw = bytearray(tar_of({"a.tif": b"1", "b.tif": b"2"}, tarfile.GNU_FORMAT))
    raw[1024] ^= 1
    with pytest.raises(InputError, match=r"checksum of a tar header.*after a\.tif"):
        list(members(compress(tmp_path / "a.tar.zst", bytes(raw))))


def test_a_failed_writer_leaves_nothing(tmp_path):
    def files():
        yield "a.tif", b"1"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(tmp_path / "a.tar.zst", type("Broken", (), {"items": lambda _: files()})())
    assert list(tmp_path.iterdir()) == []
