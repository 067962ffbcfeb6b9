"""Columns of the paper's score tables, and the categories' labels in them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from bentxt.release import ANSWERS, CATEGORIES, TASKS


class CategoryLabel(NamedTuple):
    """What the tables call a category: its column in CSV files, and its label for readers."""

    column: str
    label: str


#: Columns of Tables 3 and 4; the last three are the subjects of Tables 6, 5 and 7.
CATEGORY_LABELS = {
    "presence": CategoryLabel("presence", "Presence"),
    "area": CategoryLabel("area", "Area"),
    "count": CategoryLabel("count", "Count"),
    "adjacency": CategoryLabel("adjacency", "Adjacency"),
    "relative pos": CategoryLabel("relative_position", "Relative position"),
    "country": CategoryLabel("country", "Country"),
    "season": CategoryLabel("season", "Season"),
    "climate zone": CategoryLabel("climate_zone", "Climate zone"),
    "point": CategoryLabel("point", "Referring point detection"),
    "reference": CategoryLabel("reference", "Referring land use and land cover detection"),
    "None": CategoryLabel("captioning", "Captioning"),
}

LABELS = {
    "model": "Model",
    "parameters": "Parameters",
    "captioning_bleu4": "Captioning BLEU-4",
    "binary_accuracy": "Binary accuracy",
    "mcq_accuracy": "MCQ accuracy",
    "referring_miou": "Referring mIoU",
    **dict(CATEGORY_LABELS[category] for name in ANSWERS for category in CATEGORIES[name]),
    "overall": "Overall",
    "instruction_following": "IF",
    "miou": "mIoU",
    "acc25": "acc@25",
    "acc50": "acc@50",
    "acc75": "acc@75",
    "acc90": "acc@90",
    "bleu4": "BLEU-4",
    "rouge": "ROUGE-L",
    "meteor": "METEOR",
    "cider": "CIDEr",
    "bertscore": "BERTScore",
    "sbert_cosine": "SBERT cosine",
    "clair": "CLAIR",
    "meteor_word_tokenize": "METEOR (NLTK, word_tokenize)",
    "meteor_jar": "METEOR 1.5",
    "items": "Items",
    "strict": "Strict",
    "lenient": "Lenient",
    "unparsed": "Unparsed",
    "weights": "Weights",
    "note": "Note",
}


#: Labels of the tables in full where they say more than those of the printed tables.
FULL_LABELS = {"instruction_following": "Instruction following", "meteor": "METEOR (NLTK, PTB tokens)"}


class Layout(NamedTuple):
    """A table's columns: where in the score files each number stands.

    Attributes
    ----------
    number, title : str
    values : dict of str to (str, str)
        Column → task and metric.
    category : str or None
        Category whose instruction following and extraction counts the table gives; "" for the whole task,
        None where the table is about several tasks.
    parameters, instruction_following : bool
        Whether the printed table has these columns.
    split : str
        Split that the scores are of: ``bench`` or ``test``.
    models : tuple of str
        Keys of the paper's models that have a row; empty for all remote-sensing and general models.
    more : dict of str to (str, str)
        Numbers that the table in full has besides, where score files hold them.
    """

    number: str
    title: str
    values: dict[str, tuple[str, str]]
    category: str | None = ""
    parameters: bool = False
    instruction_following: bool = False
    split: str = "bench"
    models: tuple[str, ...] = ()
    more: Mapping[str, tuple[str, str]] = MappingProxyType({})

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks whose scores the table shows, in the order of its columns."""
        return tuple(dict.fromkeys(task for task, _ in self.values.values()))

    @property
    def has_references(self) -> bool:
        """Whether blind baseline and oracle are rows: they are defined for any task but captions."""
        return set(self.tasks) != {"captioning"}


def _by_category(task):
    columns = {
        CATEGORY_LABELS[category].column: (task, f"accuracy/{category}")
        for category in CATEGORIES[TASKS[task]]
    }
    return columns | {"overall": (task, "accuracy")}


def _boxes(category):
    names = ("miou", "acc25", "acc50", "acc75", "acc90")
    return {name: ("referring", f"{name}/{category}") for name in names}


MAIN_TASKS = {
    "captioning_bleu4": ("captioning", "bleu4"),
    "binary_accuracy": ("binary", "accuracy"),
    "mcq_accuracy": ("mcq", "accuracy"),
    "referring_miou": ("referring", "miou"),
}
_CAPTIONS = {
    name: ("captioning", name)
    for name in ("bleu4", "rouge", "meteor", "cider", "bertscore", "sbert_cosine", "clair")
}
_OTHER_METEORS = {name: ("captioning", name) for name in ("meteor_word_tokenize", "meteor_jar")}

#: Tables with a row for each model.
LAYOUTS = {
    "table2": Layout(
        "2", "Benchmark results of all models by main task, %", MAIN_TASKS, None, parameters=True
    ),
    "table3": Layout(
        "3",
        "Accuracy on binary questions by category, %, and instruction following (IF)",
        _by_category("binary"),
        instruction_following=True,
    ),
    "table4": Layout(
        "4",
        "Accuracy on multiple-choice questions by category, %, and instruction following (IF)",
        _by_category("mcq"),
        instruction_following=True,
    ),
    "table5": Layout(
        "5",
        f"{CATEGORY_LABELS['reference'].label}, %, and instruction following (IF)",
        _boxes("reference"),
        "reference",
        instruction_following=True,
    ),
    "table6": Layout(
        "6",
        f"{CATEGORY_LABELS['point'].label}, %, and instruction following (IF)",
        _boxes("point"),
        "point",
        instruction_following=True,
    ),
    "table7": Layout("7", f"{CATEGORY_LABELS['None'].label} metrics, %", _CAPTIONS, more=_OTHER_METEORS),
    "table_s5": Layout(
        "S5",
        "Results on the whole test split by main task, %",
        MAIN_TASKS,
        None,
        parameters=True,
        split="test",
        models=("EMs1s2", "Qwen", "IVL", "RS-InternVL"),
    ),
}

#: Tables whose rows are the best RS model, the best CV model and RS-InternVL.
BEST_LAYOUTS = {
    "table8": Layout(
        "8",
        "The best remote sensing (RS) model, the best computer vision (CV) model and RS-InternVL, %",
        MAIN_TASKS,
        None,
    ),
    # The supplement takes Tables 3-7 apart in the same way.
    "table_s7": Layout(
        "S7",
        "Binary questions by category: best RS model, best CV model and RS-InternVL, %",
        LAYOUTS["table3"].values,
    ),
    "table_s8": Layout(
        "S8",
        "Multiple-choice questions by category: best RS model, best CV model and RS-InternVL, %",
        LAYOUTS["table4"].values,
    ),
    "table_s9": Layout(
        "S9",
        f"{CATEGORY_LABELS['reference'].label}: best RS model, best CV model and RS-InternVL, %",
        LAYOUTS["table5"].values,
        "reference",
    ),
    "table_s10": Layout(
        "S10",
        f"{CATEGORY_LABELS['point'].label}: best RS model, best CV model and RS-InternVL, %",
        LAYOUTS["table6"].values,
        "point",
    ),
    "table_s11": Layout(
        "S11",
        f"{CATEGORY_LABELS['None'].label} metrics: best RS model, best CV model and RS-InternVL, %",
        LAYOUTS["table7"].values,
        more=_OTHER_METEORS,
    ),
}
