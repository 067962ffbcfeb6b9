"""One question table from the tables of attributes: read, ask and write, block by block."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bentxt.class_wording import ClassWording, load_wording
from bentxt.patches.climate_legend import zone_names
from bentxt.patches.patch_attributes import BLOCK, read_patch_attributes
from bentxt.program.lineage import Lineage
from bentxt.program.progress_bars import progress
from bentxt.questions.binary import BinaryQuestions, BinarySettings
from bentxt.questions.box_targets import BoxSettings
from bentxt.questions.categories import QUESTION_TYPES
from bentxt.questions.multiple_choice import MultipleChoiceQuestions, MultipleChoiceSettings
from bentxt.questions.presence_weights import load_presence_weights
from bentxt.questions.question_rows import QuestionRows
from bentxt.questions.referring import BoxQuestions
from bentxt.questions.similar_classes import Tiers, load_similar_classes
from bentxt.questions.templates import TemplateSet, load_templates
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import TableWriter


@dataclass(frozen=True)
class Resources:
    """What questions of one type are worded with.

    Attributes
    ----------
    type : str
        A key of :data:`bentxt.questions.categories.QUESTION_TYPES`.
    templates : TemplateSet
    wording : tuple of ClassWording
    similar : tuple
        As :func:`bentxt.questions.similar_classes.load_similar_classes` returns it.
    zones : tuple of str
        Names of the climate legend.
    presence_weights : tuple of float
        As :func:`bentxt.questions.presence_weights.load_presence_weights` returns them.
    """

    type: str
    templates: TemplateSet
    wording: tuple[ClassWording, ...]
    similar: tuple[Tiers, ...]
    zones: tuple[str, ...]
    presence_weights: tuple[float, ...]


def load_resources(
    annotation_type: str,
    templates: Iterable[Path | str],
    class_wording: Path | str,
    similar_classes: Path | str,
    climate_zones: Path | str,
    presence_weights: Path | str,
) -> Resources:
    """Read and check everything that questions of one type are worded with.

    Parameters
    ----------
    annotation_type : str
        A key of :data:`bentxt.questions.categories.QUESTION_TYPES`.
    templates : iterable of str or Path
    class_wording, similar_classes, climate_zones, presence_weights : str or Path

    Returns
    -------
    Resources

    Raises
    ------
    InputError
        Naming the file and the entry at fault.
    """
    return Resources(
        annotation_type,
        load_templates(templates, QUESTION_TYPES[annotation_type]),
        load_wording(class_wording),
        load_similar_classes(similar_classes),
        zone_names(climate_zones),
        load_presence_weights(presence_weights),
    )


#: The settings of each type of question.
TYPE_SETTINGS = {"binary": BinarySettings, "mcq": MultipleChoiceSettings, "bounding_box": BoxSettings}


def question_maker(
    seed: int, settings: BinarySettings | MultipleChoiceSettings | BoxSettings, resources: Resources
) -> BinaryQuestions | MultipleChoiceQuestions | BoxQuestions:
    """Return the maker of the questions of one type; its ``rows(patch)`` does the work.

    Its ``instance_fields`` says what it reads of instances.
    """
    templates, wording, similar = resources.templates, resources.wording, resources.similar
    weights = resources.presence_weights
    if isinstance(settings, BinarySettings):
        return BinaryQuestions(seed, settings, templates, wording, similar, weights)
    if isinstance(settings, MultipleChoiceSettings):
        return MultipleChoiceQuestions(seed, settings, templates, wording, similar, resources.zones, weights)
    return BoxQuestions(seed, settings, templates, wording)


def generate_questions(
    seed: int,
    settings: BinarySettings | MultipleChoiceSettings | BoxSettings,
    resources: Resources,
    tables: tuple[Path | str, Path | str, Path | str, Path | str],
    out: Path | str,
    lineage: Lineage,
    block: int = BLOCK,
) -> int:
    """Write the question table of one type.

    Parameters
    ----------
    seed : int
        The run's seed.
    settings : BinarySettings, MultipleChoiceSettings or BoxSettings
        Of the type, see :data:`TYPE_SETTINGS`.
    resources : Resources
    tables : tuple of str or Path
        ``patches``, ``maps``, ``instances`` and ``adjacencies``.
    out : str or Path
        Target, schema ``QUESTIONS``, a row group a block.
    lineage : Lineage
    block : int
        Patches held in memory at a time; without effect on the result.

    Returns
    -------
    int
        Rows written.
    """
    maker = question_maker(seed, settings, resources)
    rows = QuestionRows()
    with (
        TableWriter(out, QUESTIONS, lineage) as writer,
        progress(desc=f"{resources.type} questions", unit=" patches") as bar,
    ):
        fields = maker.instance_fields
        for patches in read_patch_attributes(*tables, instance_fields=fields, block=block):
            for patch in patches:
                rows.extend(patch.patch_id, maker.rows(patch))
            writer.write(rows.take())
            bar.update(len(patches))
        written, asked = writer.rows, bar.n
    logging.info("%s: %d rows about %d patches", resources.type, written, asked)
    return written
