"""Patches all of whose rows are given: which boxes the release asks for that we do not, and the reverse."""

from collections.abc import Iterable

from bentxt.agreement.answers_from_maps import read_point
from bentxt.agreement.question_reading import Reading, read_box
from bentxt.agreement.released_rows import Row
from bentxt.nomenclature import CLASSES
from bentxt.patches.patch_attributes import PatchAttributes
from bentxt.questions.box_notation import box_text
from bentxt.questions.box_targets import BoxSettings, point_targets, reference_targets
from bentxt.release import TASKS

#: What a referring row asks for, a point or a class and its extreme, and the box that answers it.
_Target = tuple[tuple[float | str, ...] | None, bool | int | tuple[float, ...]]


class CompleteSets:
    """Collects the referring rows of complete patches and compares them with ours.

    Parameters
    ----------
    patch_ids : iterable of str
        Patches all of whose rows are given.
    settings : bentxt.questions.box_targets.BoxSettings
    """

    def __init__(self, patch_ids: Iterable[str], settings: BoxSettings) -> None:
        self._settings = settings
        self._released: dict[str, list[tuple[Row, str, _Target]]] = {patch_id: [] for patch_id in patch_ids}

    @property
    def patch_ids(self) -> list[str]:
        """The complete patches, in the order given."""
        return list(self._released)

    def add(self, row: Row, reading: Reading) -> None:
        """Note a released row that has been read."""
        if row.patch_id in self._released and reading.type == TASKS["referring"]:
            target: tuple[float | str, ...] | None
            if reading.category == "point":
                target = reading.point
            else:
                target = (*reading.classes, reading.extreme)
            self._released[row.patch_id].append((row, reading.category, (target, reading.answer)))

    def compare(self, patch: PatchAttributes) -> tuple[list[tuple[str, str]], list[tuple[str, Row]]]:
        """Compare the rows of one complete patch.

        Parameters
        ----------
        patch : bentxt.patches.patch_attributes.PatchAttributes

        Returns
        -------
        missing : list of tuple
            ``(category, text)`` of each row of ours that the release lacks.
        extra : list of tuple
            ``(category, row)`` of each row of the release that we would not make.
        """
        ours = self._ours(patch)
        released = self._released[patch.patch_id]
        asked = {(category, target) for _, category, target in released}
        missing = [(key[0], text) for key, text in ours.items() if key not in asked]
        extra = [(category, row) for row, category, target in released if (category, target) not in ours]
        return missing, extra

    def _ours(self, patch):
        """Return what we would ask for: ``{(category, (target, box)): in words}``."""
        found: dict[tuple[str, tuple[tuple[float | str, ...], tuple[float, ...]]], str] = {}
        for instance, point in point_targets(patch, self._settings.point_min_share):
            box = box_text(*instance.box)
            found["point", (read_point(point), read_box(box))] = f"{point} {box}"
        limits = self._settings.reference_share, self._settings.reference_min_fill
        for instance, extreme in reference_targets(patch, *limits):
            box = box_text(*instance.box)
            text = " ".join(filter(None, (extreme, CLASSES[instance.class_index], box)))
            found["reference", ((instance.class_index, extreme), read_box(box))] = text
        return found
