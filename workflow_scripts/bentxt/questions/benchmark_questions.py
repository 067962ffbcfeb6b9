"""Questions of the benchmark's pool put in words, by the makers of all other questions (Section 3.3)."""

from bentxt.patches.patch_attributes import PatchAttributes
from bentxt.questions.benchmark_pool import PoolQuestion, Statement
from bentxt.questions.binary import BinaryQuestions
from bentxt.questions.multiple_choice import DRAWS, MultipleChoiceQuestions
from bentxt.questions.question_rows import QuestionRow
from bentxt.questions.referring import BoxQuestions
from bentxt.randomness import generator
from bentxt.release import LETTERS


class BenchmarkQuestions:
    """Words for questions of the pool; captions have theirs already.

    Parameters
    ----------
    seed : int
        The run's seed.
    binary : BinaryQuestions
    multiple_choice : MultipleChoiceQuestions
    boxes : BoxQuestions
    """

    def __init__(
        self,
        seed: int,
        binary: BinaryQuestions,
        multiple_choice: MultipleChoiceQuestions,
        boxes: BoxQuestions,
    ) -> None:
        self._seed = seed
        self._binary, self._multiple_choice, self._boxes = binary, multiple_choice, boxes

    def row(
        self,
        patch: PatchAttributes,
        question: PoolQuestion,
        statement: Statement | None = None,
        letter: str = "a",
    ) -> QuestionRow:
        """Return a question in words, with its answer.

        Parameters
        ----------
        patch : PatchAttributes
        question : PoolQuestion
            Of the patch's pool, no caption.
        statement : tuple, optional
            What it says, of :func:`bentxt.questions.benchmark_pool.statements`: binary area and count only.
        letter : str
            The right option's, multiple choice only.

        Returns
        -------
        QuestionRow
        """
        draws = generator(
            self._seed, "benchmark pool", patch.patch_id, *map(str, (*question[:4], question.number))
        ).random(DRAWS)
        if question.annotation_type == "binary":
            return self._ask_binary(question, statement, draws.tolist())
        if question.annotation_type == "mcq":
            # The makers take the right option's place from the second draw.
            draws[1] = (LETTERS.index(letter) + 0.5) / len(LETTERS)
            row = self._multiple_choice.row(patch, question.category, question.classes, draws.tolist())
            if row is None:
                raise ValueError(f"{question} has too few wrong options: the pool does not hold such a one")
            return row
        if question.category == "point":
            return self._boxes.point_row(*self._boxes.points(patch)[question.number], draws[0])
        return self._boxes.reference_row(*self._boxes.references(patch)[question.number], draws[0])

    def _ask_binary(self, question, statement, draws):
        truth = question.answer == "yes"
        if question.category == "adjacency":
            return self._binary.adjacency_row(question.classes, truth, draws[0])
        (index,) = question.classes
        if question.category == "presence":
            return self._binary.presence_row(index, truth, draws[0])
        name, amount = statement
        ask = self._binary.area_row if question.category == "area" else self._binary.count_row
        return ask(index, truth, name, amount, draws)
