"""Scoring: the benchmark's 15,029 items without and with models that score captions, and a whole test split.

CPU time and peak memory in one process, on invented items in the published numbers and on captions in many
styles; next to each fast way a plain one on the same input. Run: ``python benchmarks/scoring.py``, or as a
part of ``make bench``. ``--test-split`` adds the bootstrap over 2.4 million items.
"""

import argparse
import csv
import random
import resource
import shutil
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "tests")]

from programs import processor  # noqa: E402
from pycocoevalcap.cider.cider import Cider  # noqa: E402

from bentxt.evaluation.bootstrap import bootstrap_all, mean_of  # noqa: E402
from bentxt.evaluation.corpus_bleu import bleu4  # noqa: E402
from bentxt.evaluation.embedding_metrics import sbert_cosine  # noqa: E402
from bentxt.evaluation.meteor import meteor  # noqa: E402
from bentxt.evaluation.ngram_metrics import bleu4_statistics, cider, rouge_l  # noqa: E402
from bentxt.evaluation.ptb_tokens import ptb_tokens  # noqa: E402
from bentxt.evaluation.scoring import score_task  # noqa: E402
from bentxt.evaluation.scoring_settings import BinarySettings, ScoringSettings  # noqa: E402
from bentxt.evaluation.wordnet import wordnet  # noqa: E402
from bentxt.nomenclature import CLASSES, COUNTRIES  # noqa: E402
from bentxt.randomness import generator  # noqa: E402
from bentxt.words import word_tokens  # noqa: E402
from worlds.jar_tokens import jar_tokens  # noqa: E402

PATCHES, DRAWS = 1_082, 1_000
SETTINGS = {
    "binary": BinarySettings(DRAWS, True),
    "mcq": ScoringSettings(DRAWS),
    "referring": ScoringSettings(DRAWS),
}
#: What models say round an answer.
CARRIERS = (
    "{}",
    "{}.",
    "**{}**",
    "The answer is {}.",
    "<think>It could be either.</think>\n\n{}",
    "Looking at the image, I can see several land cover classes. Therefore, the correct answer is {}.",
)
#: Images and items of a test split.
TEST_IMAGES, TEST_ITEMS = 119_000, 2_400_000


def invented_items():
    """Return the items of the four tasks, in the published numbers."""
    draws = random.Random(1)
    with (ROOT / "resources/release_benchmark_rows.csv").open(newline="") as file:
        rows = [(row["type"], row["category"], int(row["rows"])) for row in csv.DictReader(file)]
    tasks = {"binary": "binary", "mcq": "mcq", "bounding box": "referring", "captioning": "captioning"}
    items = {
        task: {name: [] for name in ("patch_id", "category", "input", "output", "answer")}
        for task in tasks.values()
    }
    for kind, category, count in rows:
        columns = items[tasks[kind]]
        for number in range(count):
            question, truth, said = _exchange(kind, draws)
            for name, value in (
                ("patch_id", f"P{number % PATCHES}"),
                ("category", category),
                ("input", question),
                ("output", truth),
                ("answer", said),
            ):
                columns[name].append(value)
    return items


def _exchange(kind, draws):
    if kind == "binary":
        truth, said = (draws.choice(["yes", "no"]) for _ in range(2))
        return "Is there a forest?", truth, draws.choice(CARRIERS).format(said)
    if kind == "mcq":
        options = draws.sample(CLASSES, 4)
        listed = ", ".join(f"{letter}) {option}" for letter, option in zip("abcd", options, strict=True))
        said = draws.choice(["a", "b)", "(c)", "d", *options])
        return f"Which class? {listed}", draws.choice("abcd"), draws.choice(CARRIERS).format(said)
    if kind == "bounding box":
        boxes = [
            sorted(draws.choices(range(101), k=2)) + sorted(draws.choices(range(101), k=2)) for _ in range(2)
        ]
        (left, right, top, bottom), (x0, x1, y0, y1) = boxes
        said = f"[{x0 / 100}, {y0 / 100}, {x1 / 100}, {y1 / 100}]"
        truth = f"[{left / 100} {top / 100}, {right / 100} {bottom / 100}]"
        return "Locate the lake.", truth, draws.choice(CARRIERS).format(said)
    return "Describe the image.", _caption(draws), _caption(draws)


def _caption(draws):
    """Return a caption of about a hundred words; one in four as a list in Markdown."""
    classes = draws.sample(CLASSES, 6)
    areas = [f"{draws.randrange(1, 1_440):,},000 m²" for _ in classes]
    if draws.random() < 0.25:
        lines = [
            f"- **{name}**: {area} ({draws.randrange(1, 60)} %)"
            for name, area in zip(classes, areas, strict=True)
        ]
        return (
            "Here is the land cover of the scene:\n\n"
            + "\n".join(lines)
            + "\n\nThe forest doesn't border the lake."
        )
    sentences = [
        f"{name} covers about {area} and borders {draws.choice(classes).lower()} in the north-west."
        for name, area in zip(classes, areas, strict=True)
    ]
    return f"The image, taken in {draws.choice(COUNTRIES)}, shows a rural landscape. " + " ".join(sentences)


def timed(label, function, captions=None):
    """Print the CPU time of a call, whole or by caption; return its result and the seconds."""
    start = time.process_time()
    result = function()
    seconds = time.process_time() - start
    each = f"{1e3 * seconds / captions:8.2f} ms a caption" if captions else ""
    print(f"{label:<52} {seconds:7.2f} s {each}", flush=True)
    return result, seconds


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def score_captions(captions):
    """Time what captions are scored with, but for models; return the seconds of all."""
    ours, theirs, images = captions["answer"], captions["output"], captions["patch_id"]
    count = len(ours)
    (tokens, first) = timed(
        "Penn Treebank tokens", lambda: [[ptb_tokens(t) for t in side] for side in (ours, theirs)], count
    )
    seconds = [first]
    if shutil.which("java"):
        start = time.perf_counter()
        found = jar_tokens([*ours, *theirs])
        wall = time.perf_counter() - start
        equal = found == tokens[0] + tokens[1]
        print(f"{'  by the Java program, wall time with its start':<52} {wall:7.2f} s   equal: {equal}")
    counts, part = timed("BLEU-4", lambda: bleu4_statistics(*tokens), count)
    seconds.append(part)
    scores, part = timed("CIDEr", lambda: cider(*tokens), count)
    seconds.append(part)
    (_, peer), slow = timed(
        "  by pycocoevalcap",
        lambda: Cider().compute_score(
            *({i: [" ".join(caption)] for i, caption in enumerate(side)} for side in tokens[::-1])
        ),
        count,
    )
    print(f"  ratio {slow / part:.1f}, largest difference {np.abs(scores - peer).max():.1e}")
    _, part = timed("ROUGE-L", lambda: rouge_l(ours, theirs), count)
    seconds.append(part)
    _, part = timed("WordNet read", wordnet)
    seconds.append(part)
    first, part = timed("METEOR, Penn Treebank tokens", lambda: meteor(*tokens), count)
    seconds.append(part)
    words = [[word_tokens(text) for text in side] for side in (ours, theirs)]
    second, part = timed("METEOR, tokens of word_tokenize", lambda: meteor(*words), count)
    seconds.append(part)
    ones = np.ones(count)
    measures = [(np.column_stack([values, ones]), mean_of) for values in (scores, first, second)]
    _, part = timed(
        "bootstrap of these",
        lambda: bootstrap_all([(counts, bleu4), *measures], images, resamples=DRAWS, seed=1),
    )
    return sum(seconds) + part


def all_draws_at_once(measures, images):
    """Return the intervals with every draw in memory and drawn again for each metric."""
    names, index = np.unique(np.asarray(images), return_inverse=True)
    count, found = len(names), []
    for statistics, combine in measures:
        per_image = np.zeros((count, statistics.shape[1]))
        np.add.at(per_image, index, statistics)
        times = generator(1, "bootstrap", count).multinomial(count, np.full(count, 1 / count), DRAWS)
        low, high = np.percentile(100 * combine(times @ per_image), (2.5, 97.5))
        found.append((float(low), float(high)))
    return found


def bootstrap_of_a_test_split():
    """Time five metrics of 2.4 million items on 119,000 images."""
    rng = np.random.default_rng(1)
    names = [
        f"S2B_MSIL2A_20180204T94160_N9999_R022_T34TCR_{n // 400:03}_{n % 400:03}" for n in range(TEST_IMAGES)
    ]
    images = [names[number] for number in rng.integers(0, TEST_IMAGES, TEST_ITEMS).tolist()]
    values = [rng.random(TEST_ITEMS), *(rng.random(TEST_ITEMS) < share for share in (0.2, 0.4, 0.6, 0.8))]
    measures = [(np.column_stack([value, np.ones(TEST_ITEMS)]), mean_of) for value in values]
    before = peak()
    found, fast = timed(
        "test split: bootstrap of 5 metrics", lambda: bootstrap_all(measures, images, resamples=DRAWS, seed=1)
    )
    print(f"  memory {before} MB with the items alone, {peak()} MB at most")
    plain, slow = timed("  all draws at once, metric by metric", lambda: all_draws_at_once(measures, images))
    largest = max(
        abs(a - b)
        for one, other in zip(found, plain, strict=True)
        for a, b in zip(one[1:3], other, strict=True)
    )
    print(f"  memory {peak()} MB at most; ratio {slow / fast:.1f}; largest difference {largest:.1e} points")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--neural", action="store_true", help="also SBERT cosine, with one and with two threads"
    )
    parser.add_argument("--test-split", action="store_true", help="also the bootstrap of a whole test split")
    args = parser.parse_args()

    print(f"{processor()}; CPU time in one process")
    items = invented_items()
    seconds = []
    for task in ("binary", "mcq", "referring"):
        count = len(items[task]["answer"])
        _, part = timed(
            f"{task}, {count} items", lambda task=task: score_task(task, items[task], SETTINGS[task], seed=1)
        )
        seconds.append(part)
    captions = items["captioning"]
    seconds.append(score_captions(captions))
    total = sum(len(columns["answer"]) for columns in items.values())
    print(f"{f'all {total} items without models':<52} {sum(seconds):7.2f} s, {peak()} MB at most")
    if args.neural:
        for threads in (1, 2):
            start = time.perf_counter()
            sbert_cosine(captions["answer"], captions["output"], threads=threads)
            wall = time.perf_counter() - start
            print(f"{f'SBERT cosine, {threads} threads, wall time':<52} {wall:7.2f} s, {peak()} MB at most")
    if args.test_split:
        bootstrap_of_a_test_split()


if __name__ == "__main__":
    main()
