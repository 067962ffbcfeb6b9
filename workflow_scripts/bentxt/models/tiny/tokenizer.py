"""The tokenizer of the tiny checkpoints: byte-level BPE, trained on the annotations themselves.

Words of the field (classes, countries, seasons, climate zones, directions) and coordinates are single tokens,
and merges cross spaces, so that recurring phrases of the templates become single tokens too: an instruction
takes about ten tokens instead of thirty, and a tiny model need not learn to spell before it can answer.
"""

import re
from collections.abc import Iterable

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from bentxt.class_wording import load_wording
from bentxt.models.instructions import AREA_SENTENCE
from bentxt.models.special_tokens import IMAGE_END, IMAGE_START, IMAGE_TOKEN, PADDING, TURN_END, TURN_START
from bentxt.models.tiny.request import TinyRequest
from bentxt.nomenclature import COUNTRIES
from bentxt.patches.climate_legend import zone_names
from bentxt.program.settings import setting

SPECIAL = (PADDING, TURN_START, TURN_END, IMAGE_START, IMAGE_END, IMAGE_TOKEN)

#: Turns without the names of the roles: the first is the user's. Pictures come before the text.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' }}"
    "{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content %}"
    "{% if part.type == 'image' %}<IMG_CONTEXT>{% elif part.type == 'text' %}{{ part.text }}{% endif %}"
    "{% endfor %}{% endif %}{{ '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>' }}{% endif %}"
)
SEASONS = ("Spring", "Summer", "Fall", "Winter")
DIRECTIONS = ("left", "right", "top", "bottom", "top-left", "top-right", "bottom-left", "bottom-right")

#: What is never merged with its surroundings: letters of options, tags, numbers, marks.
_PIECES = r" ?[a-d]\) ?|<point>\(|\)</point>|</?ref>|\d+(?:,\d{3})*|[\[\]().,:;?!\"%<>~]"

#: Coordinates as boxes and points write them, by hundredths of the patch's side.
COORDINATES = tuple(str(hundredths / 100) for hundredths in range(101))


def field_words() -> dict[str, list[tuple[str, ...]]]:
    """Return the words that are single tokens, by kind and form.

    Returns
    -------
    dict of str to list of tuple of str
        ``class``, ``country``, ``season`` and ``climate zone``: for each member its forms, the one that
        options use first, the one within sentences second.
    """
    classes = [
        tuple(dict.fromkeys((form.official, form.lower, form.plural, form.official.lower())))
        for form in load_wording()
    ]
    return {
        "class": classes,
        "country": [(name,) for name in COUNTRIES],
        "season": [(name, name.lower()) for name in SEASONS],
        "climate zone": [(name, name.lower()) for name in zone_names()],
    }


def annotation_tokenizer(request: TinyRequest) -> PreTrainedTokenizerFast:
    """Return a tokenizer that is trained on the annotations of a request, of ``tiny.language.vocabulary``."""
    rows = request.rows
    return train_tokenizer(
        [*rows["input"], *rows["output"], *[AREA_SENTENCE] * len(rows)],
        setting(request.settings, "tiny.language.vocabulary"),
    )


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """Train the tokenizer.

    Parameters
    ----------
    texts : iterable of str
        Instructions and answers of the training split.
    vocabulary : int
        Tokens that are learnt, the 256 bytes and the special ones among them; field words come on top.

    Returns
    -------
    transformers.PreTrainedTokenizerFast
        With chat template, and padding on the left.
    """
    words = [word for forms in field_words().values() for member in forms for word in member]
    words += [f"to the {direction}" for direction in DIRECTIONS]
    # In a box or point the first coordinate follows on a bracket, the others on a space.
    words += [space + coordinate for space in ("", " ") for coordinate in COORDINATES]
    words = list(dict.fromkeys(words))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    known = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
    pieces = (piece for text in texts for piece in known.split(text) if piece)
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(pieces, trainer)
    tokenizer.add_tokens([AddedToken(word, normalized=False) for word in words])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=TURN_END,
        pad_token=PADDING,
        padding_side="left",
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
    )
