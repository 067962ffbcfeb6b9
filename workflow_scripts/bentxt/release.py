"""The release's vocabulary: annotation types, categories, tasks, splits, letters, seasons."""


def answer_labels(annotation_type):
    """Return the answers of a type that are balanced."""
    return {"binary": ("yes", "no"), "mcq": tuple("abcd")}.get(annotation_type, ())


#: Splits as published, in the order of the table of counts.
SPLITS = ("train", "validation", "test")
LETTERS = "abcd"

#: The seasons as the season column writes them, and the release's other word for the last.
SEASONS = ("Summer", "Winter", "Spring", "Fall")
AUTUMN = "Autumn"

#: Annotation types of the release, in its order within a patch.
TYPES = ("binary", "bounding box", "captioning", "mcq")

#: The categories of each type, and each (type, category) of the release.
CATEGORIES = {
    "binary": ("presence", "area", "count", "adjacency"),
    "mcq": ("presence", "area", "count", "adjacency", "relative pos", "country", "season", "climate zone"),
    "bounding box": ("point", "reference"),
    "captioning": ("None",),
}
KINDS = tuple((name, category) for name, categories in CATEGORIES.items() for category in categories)

#: The four tasks of Tables 2 and 8 and the annotation type of each.
TASKS = {"captioning": "captioning", "binary": "binary", "mcq": "mcq", "referring": "bounding box"}
