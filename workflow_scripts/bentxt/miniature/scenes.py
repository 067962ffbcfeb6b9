"""Where and when the miniature world's patches lie: real acquisitions, and rectangles of patches in them.

Each entry is an acquisition pair that BigEarthNet v2.0 holds, with the columns and rows of its tile that
belong to the country and to the Sentinel-1 scene; only what the patches show is invented.
"""

from dataclasses import dataclass

from bentxt.errors import InputError


@dataclass(frozen=True)
class Scene:
    """A pair of acquisitions over one country.

    Attributes
    ----------
    country : str
        As ``metadata.parquet`` spells it.
    s2 : str
        Tile of Sentinel-2, as ``S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP``.
    s1 : str
        Scene of Sentinel-1, as ``S1A_IW_GRDH_1SDV_20170613T165043``.
    columns, rows : tuple of int
        First and last column and row of the rectangle of patches.
    """

    country: str
    s2: str
    s1: str
    columns: tuple[int, int]
    rows: tuple[int, int]

    @property
    def square(self) -> str:
        """The 100 km square of the MGRS grid, as ``33UUP``."""
        return self.s2[-5:]

    def positions(self) -> int:
        """Return the number of patches in the rectangle."""
        return (self.columns[1] - self.columns[0] + 1) * (self.rows[1] - self.rows[0] + 1)


_ROWS = """
Switzerland S2A_MSIL2A_20170818T103021_N9999_R108_T32TMT S1B_IW_GRDH_1SDV_20170818T054218 0 17 39 90
Austria S2B_MSIL2A_20171219T095409_N9999_R079_T33TWN S1B_IW_GRDH_1SDV_20171220T050937 43 71 60 83
Belgium S2B_MSIL2A_20180506T105029_N9999_R051_T31UER S1A_IW_GRDH_1SDV_20180508T055029 73 88 35 53
Finland S2A_MSIL2A_20170905T095031_N9999_R079_T35VNL S1B_IW_GRDH_1SDV_20170907T043202 0 23 0 35
Ireland S2A_MSIL2A_20170617T113321_N9999_R080_T29UPU S1A_IW_GRDH_1SDV_20170617T064724 35 54 63 88
Kosovo S2A_MSIL2A_20171208T093351_N9999_R136_T34TEN S1A_IW_GRDH_1SDV_20171207T162450 23 37 69 78
Lithuania S2B_MSIL2A_20170924T093019_N9999_R136_T35UMB S1B_IW_GRDH_1SDV_20170924T155448 12 50 18 51
Luxembourg S2A_MSIL2A_20180508T104031_N9999_R008_T31UGR S1A_IW_GRDH_1SDV_20180508T055029 0 12 40 89
Portugal S2A_MSIL2A_20170813T112121_N9999_R037_T29SNC S1A_IW_GRDH_1SDV_20170812T182647 35 90 30 66
Serbia S2A_MSIL2A_20171002T094031_N9999_R036_T34TCR S1B_IW_GRDH_1SDV_20170929T045327 63 86 19 76
Austria S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP S1A_IW_GRDH_1SDV_20170613T165043 77 90 22 62
Belgium S2B_MSIL2A_20180225T105019_N9999_R051_T31UER S1A_IW_GRDH_1SDV_20180225T055027 73 86 35 53
Finland S2B_MSIL2A_20180525T094029_N9999_R036_T35VNK S1B_IW_GRDH_1SDV_20180524T154016 0 59 31 79
Ireland S2B_MSIL2A_20171112T114339_N9999_R123_T29UPU S1B_IW_GRDH_1SDV_20171112T181343 26 37 15 33
Lithuania S2B_MSIL2A_20170808T094029_N9999_R036_T35ULA S1A_IW_GRDH_1SDV_20170808T043524 7 33 64 90
Portugal S2A_MSIL2A_20171221T112501_N9999_R037_T29SND S1B_IW_GRDH_1SDV_20171222T063355 68 90 24 90
Serbia S2B_MSIL2A_20180422T093029_N9999_R136_T34TEQ S1A_IW_GRDH_1SDV_20180422T044621 0 41 51 90
Luxembourg S2B_MSIL2A_20171015T104009_N9999_R008_T31UGR S1A_IW_GRDH_1SDV_20171016T055031 0 18 40 63
Switzerland S2A_MSIL2A_20170818T103021_N9999_R108_T32TMT S1B_IW_GRDH_1SDV_20170818T054218 0 17 39 90
Austria S2A_MSIL2A_20171015T095031_N9999_R079_T33UXP S1A_IW_GRDH_1SDV_20171015T050950 1 29 13 35
Belgium S2B_MSIL2A_20170829T105019_N9999_R051_T31UER S1A_IW_GRDH_1SDV_20170829T055029 81 88 14 54
Finland S2B_MSIL2A_20180127T102259_N9999_R065_T34VDN S1A_IW_GRDH_1SDV_20180126T161302 1 17 72 89
Ireland S2A_MSIL2A_20180225T114351_N9999_R123_T29UPU S1B_IW_GRDH_1SDV_20180225T063817 20 29 5 56
Kosovo S2A_MSIL2A_20171208T093351_N9999_R136_T34TEN S1A_IW_GRDH_1SDV_20171207T162450 23 37 69 78
Lithuania S2A_MSIL2A_20180413T095031_N9999_R079_T34UEG S1A_IW_GRDH_1SDV_20180413T161957 26 87 3 63
Portugal S2B_MSIL2A_20180326T112109_N9999_R037_T29SNB S1B_IW_GRDH_1SDV_20180327T183408 29 74 20 67
Serbia S2B_MSIL2A_20171206T094349_N9999_R036_T34TCR S1B_IW_GRDH_1SDV_20171206T163254 42 77 4 68
Austria S2A_MSIL2A_20180506T100031_N9999_R122_T33UWP S1A_IW_GRDH_1SDV_20180507T050948 0 49 51 88
Belgium S2B_MSIL2A_20171015T104009_N9999_R008_T31UGS S1A_IW_GRDH_1SDV_20171016T055031 7 21 71 90
Finland S2B_MSIL2A_20170709T094029_N9999_R036_T35VNL S1B_IW_GRDH_1SDV_20170709T043159 30 90 7 54
Ireland S2B_MSIL2A_20180421T114349_N9999_R123_T29UPU S1A_IW_GRDH_1SDV_20180420T063917 48 82 44 65
Lithuania S2B_MSIL2A_20170927T094019_N9999_R036_T35ULB S1A_IW_GRDH_1SDV_20170928T161150 10 46 20 71
Portugal S2A_MSIL2A_20171002T112111_N9999_R037_T29SNB S1A_IW_GRDH_1SDV_20171004T183450 30 74 20 67
Serbia S2B_MSIL2A_20170825T093029_N9999_R136_T34TEQ S1A_IW_GRDH_1SDV_20170826T163327 6 38 43 89
Austria S2B_MSIL2A_20170824T100019_N9999_R122_T33TWM S1A_IW_GRDH_1SDV_20170824T165022 2 57 0 7
Finland S2B_MSIL2A_20170906T101019_N9999_R022_T34WFS S1A_IW_GRDH_1SDV_20170906T155749 20 76 35 59
Ireland S2A_MSIL2A_20180529T115401_N9999_R023_T29UNB S1A_IW_GRDH_1SDV_20180529T181504 27 70 45 68
Lithuania S2A_MSIL2A_20180510T094031_N9999_R036_T35VLC S1A_IW_GRDH_1SDV_20180509T160338 0 26 51 72
Portugal S2B_MSIL2A_20180515T112109_N9999_R037_T29SNC S1B_IW_GRDH_1SDV_20180515T063421 35 90 30 66
Serbia S2B_MSIL2A_20170802T092029_N9999_R093_T34TFN S1B_IW_GRDH_1SDV_20170802T043751 0 15 13 90
Finland S2A_MSIL2A_20180509T101031_N9999_R022_T34VDR S1A_IW_GRDH_1SDV_20180509T160543 65 90 55 90
Portugal S2B_MSIL2A_20180224T112109_N9999_R037_T29SNC S1B_IW_GRDH_1SDV_20180225T064227 0 44 10 24
"""


def _parse(line: str) -> Scene:
    country, s2, s1, *numbers = line.split()
    first_column, last_column, first_row, last_row = map(int, numbers)
    return Scene(country, s2, s1, (first_column, last_column), (first_row, last_row))


#: Patches are dealt to these in turn; any ten in a row show most countries and all seasons. A scene that
#: stands here twice gets two patches a turn.
SCENES = tuple(_parse(line) for line in _ROWS.strip().splitlines())

#: Northing of the lower edge of each latitude band (the least on it), m; MGRS rows repeat every 2,000 km.
_BAND_NORTHING = {"S": 3_500_000, "T": 4_400_000, "U": 5_300_000, "V": 6_200_000, "W": 7_000_000}
_COLUMN_LETTERS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROW_LETTERS = "ABCDEFGHJKLMNPQRSTUV"


def tile_corner(square: str) -> tuple[int, int, int]:
    """Return where a Sentinel-2 tile lies.

    Parameters
    ----------
    square : str
        100 km square of the MGRS grid between 32 and 84 degrees north, as ``33UUP``.

    Returns
    -------
    epsg : int
        EPSG code of the UTM zone.
    left, top : int
        Easting and northing of the tile's upper left corner, m: the square's, moved outwards to the next
        multiple of 60 m so that the pixels of all resolutions fit.

    Raises
    ------
    InputError
        If the square does not exist in these latitudes.
    """
    zone, band, column, row = int(square[:2]), square[2], square[3], square[4]
    letters = _COLUMN_LETTERS[(zone - 1) % 3]
    if band not in _BAND_NORTHING or column not in letters or row not in _ROW_LETTERS:
        raise InputError("not a 100 km square between 32 and 84 degrees north", item=square)
    easting = (letters.index(column) + 1) * 100_000
    shift = 5 if zone % 2 == 0 else 0
    northing = (_ROW_LETTERS.index(row) - shift) % 20 * 100_000
    while northing < _BAND_NORTHING[band] - 100_000:
        northing += 2_000_000
    return 32_600 + zone, easting // 60 * 60, -(-(northing + 100_000) // 60) * 60
