"""What RS-InternVL sees and what of it is trained: the paper's choice, and those of an ablation."""

from collections.abc import Iterable
from dataclasses import dataclass

from bentxt.errors import InputError

#: What a model may see, in the order of its visual tokens.
MODALITIES = ("rgb", "s2", "s1")
#: What may be trained: the linear projections of the encoders' tokens, the LoRA adapter in the language
#: model, InternVL's projector of RGB tokens, the encoders of Sentinel-1 and Sentinel-2.
PARTS = ("projections", "adapter", "rgb_projector", "encoders")
#: What the paper trains.
PAPER_TRAINED = ("projections", "adapter")
#: The config's ``finetuning.initial_projections`` where they begin fitted to the RGB tokens.
FITTED = "fitted"


@dataclass(frozen=True)
class Make:
    """What a model sees and what of it is trained.

    Attributes
    ----------
    modalities : tuple of str
        Of :data:`MODALITIES`, in their order.
    trained : tuple of str
        Of :data:`PARTS`, in their order; a part that the modalities leave out is trained nowhere.
    """

    modalities: tuple[str, ...] = MODALITIES
    trained: tuple[str, ...] = PAPER_TRAINED

    @classmethod
    def of(cls, modalities: Iterable[str] = MODALITIES, trained: Iterable[str] = PAPER_TRAINED) -> "Make":
        """Return a make of names in any order.

        Raises
        ------
        InputError
            If a name is unknown, no modality is named, or nothing would be trained.
        """
        chosen = _chosen(modalities, MODALITIES, "modalities"), _chosen(trained, PARTS, "trained")
        make = cls(*chosen)
        of_sensors = bool(set(make.modalities) & {"s2", "s1"})
        if not (
            "adapter" in make.trained
            or ("rgb_projector" in make.trained and "rgb" in make.modalities)
            or ({"projections", "encoders"} & set(make.trained) and of_sensors)
        ):
            raise InputError(
                f"nothing would be trained: {', '.join(make.trained) or 'no part'} with the modalities "
                f"{', '.join(make.modalities)}",
                item="finetuning.trained",
                remedy="add adapter",
            )
        return make

    def check_projections(self, initial: str) -> None:
        """Check how the projections are to begin.

        Parameters
        ----------
        initial : str
            ``finetuning.initial_projections``: fitted or random.

        Raises
        ------
        InputError
            If they are to be fitted, and there are no RGB tokens to fit them to.
        """
        if initial == FITTED and "rgb" not in self.modalities:
            raise InputError(
                f"projections are fitted to RGB tokens, and {' and '.join(self.modalities)} have none",
                item="finetuning.initial_projections",
                remedy="set initial_projections to random",
            )


#: The paper's choice.
PAPER = Make()


def _chosen(names, known, item):
    names = list(names)
    unknown = [name for name in names if name not in known]
    if unknown or (not names and known is MODALITIES):
        problem = f"unknown: {', '.join(map(str, unknown))}" if unknown else "no modality is named"
        raise InputError(problem, item=f"finetuning.{item}", remedy=f"known are {', '.join(known)}")
    return tuple(name for name in known if name in names)
