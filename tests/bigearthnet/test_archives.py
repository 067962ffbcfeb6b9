"""Archives in the published layout, written and read as streams."""

import io
import tarfile

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.bigearthnet.archives import members, write_archive
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


def test_links_and_folders_are_no_members(tmp_path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind in (
            ("link.tif", tarfile.SYMTYPE),
            ("hard.tif", tarfile.LNKTYPE),
            ("d.tif", tarfile.DIRTYPE),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            tar.addfile(entry)
        entry = tarfile.TarInfo("a.tif")
        entry.size = 3
        tar.addfile(entry, io.BytesIO(b"abc"))
    assert list(members(compress(tmp_path / "a.tar.zst", buffer.getvalue()))) == [("a.tif", b"abc")]


def test_names_that_climb_out_touch_no_file(tmp_path):
    path = tmp_path / "in" / "a.tar.zst"
    path.parent.mkdir()
    compress(path, tar_of({"../evil.tif": b"1", "/tmp/evil.tif": b"2"}, tarfile.GNU_FORMAT))
    assert dict(members(path)) == {"../evil.tif": b"1", "/tmp/evil.tif": b"2"}
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


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


def test_archive_without_end_mark(tmp_path):
    raw = tar_of({"a.tif": b"y" * 512}, tarfile.GNU_FORMAT)[:1024]
    with pytest.raises(InputError, match="without its end mark, after a"):
        list(members(compress(tmp_path / "a.tar.zst", raw)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_cut_compressed_files_never_pass_for_whole_ones(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("cut") / "a.tar.zst"
    whole = write(path).read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 12))])
    with pytest.raises(InputError) as caught:
        list(members(path))
    assert caught.value.file == path


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
