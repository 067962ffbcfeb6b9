"""A tokenizer that knows what pages of the tiny language model are written with."""

from bentxt.models.tiny.tokenizer import train_tokenizer

_TEXTS = [
    "Is it a) yes, b) no? : , <point>(0.1, 0.2)</point> [ ] " + " ".join(map(str, range(10, 101, 10)))
] * 9


def page_tokenizer():
    """Return it; field words and coordinates are single tokens."""
    return train_tokenizer(_TEXTS, 420)
