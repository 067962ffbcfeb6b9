"""CORINE Land Cover codes, the 19 classes of BigEarthNet and their groups (Section 3.1 of the paper)."""

import numpy as np

#: The 19 classes in nomenclature order; a class index is a position in this tuple.
CLASSES = (
    "Urban fabric",
    "Industrial or commercial units",
    "Arable land",
    "Permanent crops",
    "Pastures",
    "Complex cultivation patterns",
    "Land principally occupied by agriculture, with significant areas of natural vegetation",
    "Agro-forestry areas",
    "Broad-leaved forest",
    "Coniferous forest",
    "Mixed forest",
    "Natural grassland and sparsely vegetated areas",
    "Moors, heathland and sclerophyllous vegetation",
    "Transitional woodland, shrub",
    "Beaches, dunes, sands",
    "Inland wetlands",
    "Coastal wetlands",
    "Inland waters",
    "Marine waters",
)

#: CORINE level-3 codes of each class, in the order of :data:`CLASSES`.
CODES = (
    (111, 112),
    (121,),
    (211, 212, 213),
    (221, 222, 223, 241),
    (231,),
    (242,),
    (243,),
    (244,),
    (311,),
    (312,),
    (313,),
    (321, 333),
    (322, 323),
    (324,),
    (331,),
    (411, 412),
    (421, 422),
    (511, 512),
    (521, 522, 523),
)

#: Codes that belong to no class; a patch that holds one is left out of the data set.
UNLABELLED_CODES = (0, 122, 123, 124, 131, 132, 133, 141, 142, 332, 334, 335, 423, 999)

#: CORINE level-1 groups and the indices of their classes.
LEVEL_1_GROUPS = {
    "Artificial surfaces": (0, 1),
    "Agricultural areas": (2, 3, 4, 5, 6, 7),
    "Forest and semi-natural areas": (8, 9, 10, 11, 12, 13, 14),
    "Wetlands": (15, 16),
    "Water bodies": (17, 18),
}

#: In class maps (uint8): a pixel without a class, and a pixel whose code CORINE does not have.
UNLABELLED, UNKNOWN = 254, 255

#: Side of a patch in 10 m pixels, its number of pixels, and a pixel's and a patch's area in square metres.
SIDE = 120
PIXELS = SIDE * SIDE
PIXEL_AREA = 100
PATCH_AREA = PIXELS * PIXEL_AREA

#: The ten countries of BigEarthNet v2.0, as ``metadata.parquet`` spells them.
COUNTRIES = (
    "Austria",
    "Belgium",
    "Finland",
    "Ireland",
    "Kosovo",
    "Lithuania",
    "Luxembourg",
    "Portugal",
    "Serbia",
    "Switzerland",
)

CLASS_INDEX = {name: index for index, name in enumerate(CLASSES)}


def class_lookup() -> np.ndarray:
    """Return the map from CORINE code to class index.

    Returns
    -------
    numpy.ndarray
        uint8, shape (1000,): 0–18, :data:`UNLABELLED` or :data:`UNKNOWN`.

    Examples
    --------
    >>> lookup = class_lookup()
    >>> CLASSES[lookup[312]], int(lookup[999]), int(lookup[1])
    ('Coniferous forest', 254, 255)
    """
    lookup = np.full(1000, UNKNOWN, np.uint8)
    lookup[list(UNLABELLED_CODES)] = UNLABELLED
    for index, codes in enumerate(CODES):
        lookup[list(codes)] = index
    return lookup
