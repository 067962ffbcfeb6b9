"""The instruction as a model gets it: area sentence, task token before it, wish for a format after it."""

from collections.abc import Mapping

#: Before area questions and captions, for every model: without it no answer in m² can be told.
AREA_SENTENCE = "The whole image area is 1440000 square meters."


def write_instruction(
    additions: Mapping[str, Mapping[str, str]], task: str, category: str, instruction: str
) -> str:
    """Return the instruction with what the model's row adds (Section 4.1).

    Parameters
    ----------
    additions : dict
        ``prefix`` and ``suffix`` by task, from ``instructions`` of ``resources/models.yaml``; a task that is
        not there adds nothing.
    task : str
        captioning, binary, mcq or referring.
    category : str
        The annotation's category, as ``area``; "None" for captions.
    instruction : str
        As the data set has it.

    Returns
    -------
    str
        Prefix, area sentence, instruction and suffix, as far as there are any, with a space between.
    """
    addition = additions.get(task, {})
    area = AREA_SENTENCE if task == "captioning" or category == "area" else ""
    parts = (addition.get("prefix", ""), area, instruction, addition.get("suffix", ""))
    return " ".join(part for part in parts if part)
