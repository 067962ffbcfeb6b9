"""A worker for a model of your own: fill in the two functions, see README.md."""

from worker_checks import checkpoint_folder
from worker_inputs import read_rgb
from worker_protocol import Answer, serve


def load(options):
    """Load the model; imports of its code belong here, since they may print."""
    folder, _ = checkpoint_folder(options.checkpoint, options.revision, parts=["config.json"])
    from my_model import MyModel

    model = MyModel.from_pretrained(folder)

    def answer(request):
        """Answer one instruction on one patch: greedily, in at most ``request.max_new_tokens`` tokens."""
        picture = read_rgb(request.images["rgb"])
        text = model.chat(picture, request.instruction, request.max_new_tokens)
        return Answer(text, boxes=None)

    return answer


if __name__ == "__main__":
    serve(load)
