"""Questions about patches as a server or vLLM takes them: the picture as a data URL, then the instruction."""

from collections.abc import Sequence
from typing import Any, overload

from bentxt.chat_server import Chat
from bentxt.models.answering_model import PatchImages
from bentxt.models.rgb import png_data_url


class PictureChats(Sequence[Chat]):
    """A chat for each instruction; a picture is encoded when its first question is asked.

    Parameters
    ----------
    patches : sequence of PatchImages
        Read one by one.
    instructions : sequence of sequences of str
        Of each patch.
    side : int or None
        Pixels that the picture is scaled to.
    detail : str or None
        As for :func:`picture_message`.
    """

    def __init__(
        self,
        patches: Sequence[PatchImages],
        instructions: Sequence[Sequence[str]],
        side: int | None,
        detail: str | None = None,
    ) -> None:
        self._patches, self._side, self._detail = patches, side, detail
        self._asked = [(place, text) for place, texts in enumerate(instructions) for text in texts]
        self._encoded: tuple[int | None, str, str] = None, "", ""

    def __len__(self) -> int:
        return len(self._asked)

    @overload
    def __getitem__(self, index: int) -> Chat: ...
    @overload
    def __getitem__(self, index: slice) -> list[Chat]: ...
    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place, text = self._asked[index]
        if self._encoded[0] != place:
            patch = self._patches[place]
            self._encoded = place, patch.patch_id, png_data_url(patch.rgb, self._side)
        _, name, url = self._encoded
        return Chat(name, (picture_message(url, text, self._detail),))


def picture_message(url: str, text: str, detail: str | None = None) -> dict[str, Any]:
    """Return the user's message about one picture.

    Parameters
    ----------
    url : str
        Of the picture, as :func:`bentxt.models.rgb.png_data_url` writes it.
    text : str
        The complete instruction.
    detail : str, optional
        low, high or auto, as OpenAI's protocol has it; not sent where it is not given.
    """
    picture = {"url": url} | ({"detail": detail} if detail else {})
    return {
        "role": "user",
        "content": [{"type": "image_url", "image_url": picture}, {"type": "text", "text": text}],
    }
