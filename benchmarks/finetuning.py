"""Fine-tuning: annotations of a patch behind one visual prefix against one at a time; answers likewise.

Annotations a second of CPU time in one process, forward, backward and step, on random weights: all widths of
the published model and a twelfth of its layers, 706 visual tokens. Both ways see the same annotations and
must get the same loss and gradients. One at a time is the plain way: no packing, no mask and no positions of
ours, no padding. Texts are those of a run on the miniature world, from patches whose number of annotations is
the release's on average; tokens are those of a vocabulary of 30,000 pieces of English with single digits, as
Qwen's, which has five times as many.

Run: ``python benchmarks/finetuning.py``, or as a part of ``make bench``.
"""

import argparse
import csv
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, pre_tokenizers

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "benchmarks")]

from finetuning_models import TINY, TWELFTH, images, rs_internvl  # noqa: E402
from programs import processor  # noqa: E402

from bentxt.evaluation.embedding_metrics import sbert_folder  # noqa: E402
from bentxt.models.instructions import write_instruction  # noqa: E402
from bentxt.models.prefix_answers import answer_behind_prefixes  # noqa: E402
from bentxt.models.rs_internvl import Prompts  # noqa: E402
from bentxt.models.special_tokens import IMAGE_END, IMAGE_START, IMAGE_TOKEN  # noqa: E402
from bentxt.randomness import generator  # noqa: E402
from bentxt.release import TASKS  # noqa: E402
from bentxt.tables.schemas.dataset_schema import DATASET  # noqa: E402
from bentxt.tables.table_files import read_table  # noqa: E402
from bentxt.training.attention import choose_attention  # noqa: E402
from bentxt.training.finetuning import pass_losses  # noqa: E402
from bentxt.training.packing import answer_segment, pack  # noqa: E402
from bentxt.training.pass_loader import PreparedPass  # noqa: E402

#: The ratios that packing has to give, and decoding behind one prefix.
LEAST, LEAST_DECODING = {"binary": 5.0, "mcq": 5.0}, 3.0
#: Questions of a patch of the benchmark and longest answer, for decoding.
QUESTIONS, LONGEST = 6, 16
TEMPLATE = (
    "{% for part in messages[0].content %}{% if part.type == 'image' %}<|im_start|>user " + IMAGE_TOKEN + " "
    "{% else %}{{ part.text }}{% endif %}{% endfor %}<|im_end|><|im_start|>assistant "
)


def prompts():
    """Return prompts of the vocabulary that is here."""
    raw = Tokenizer.from_file(str(sbert_folder() / "tokenizer.json"))
    raw.no_padding()
    raw.no_truncation()
    raw.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), raw.pre_tokenizer]
    )
    words = transformers.PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<pad>"
    )
    words.add_tokens(["<|im_start|>", IMAGE_START, IMAGE_END, IMAGE_TOKEN], special_tokens=True)
    words.chat_template = TEMPLATE
    return Prompts(words, IMAGE_TOKEN)


def release_means():
    """Return the mean number of annotations of a patch that has any, by task."""
    rows = {}
    with (ROOT / "resources" / "release_counts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = tuple(row[name] for name in ("unit", "split", "type", "category", "answer"))
            rows[key] = float(row["number"])
    patches = rows["patches", "", "", "", ""]
    share = rows["percent of patches with a row", "", "bounding box", "", ""] / 100
    return {
        task: rows["rows", "", kind, "", ""] / (patches * (share if task == "referring" else 1))
        for task, kind in TASKS.items()
    }


@dataclass
class Annotations:
    """Tokens of instruction and answer of each annotation of each patch."""

    patches: list

    @property
    def count(self):
        return sum(map(len, self.patches))

    def lengths(self):
        """Return the mean tokens of an instruction and of an answer."""
        pairs = [pair for patch in self.patches for pair in patch]
        return tuple(float(np.mean([len(pair[part]) for pair in pairs])) for part in (0, 1))


def read_annotations(dataset, task, mean, number, asked):
    """Return the annotations of patches that have the release's number of them on average."""
    columns = ["patch_id", "input", "output", "type", "category", "split"]
    rows = read_table(dataset, DATASET, columns).to_pandas()
    rows = rows[rows["split"].isin(["train", "validation"]) & (rows["type"] == TASKS[task])]
    by_patch = dict(list(rows.groupby("patch_id")))
    names, draws = sorted(by_patch), generator(1, "fine-tuning", task)
    sets = [draws.choice(names, number, replace=False) for _ in range(1000)]
    chosen = min(sets, key=lambda of: abs(sum(len(by_patch[name]) for name in of) - number * mean))

    def tokens(row):
        text = write_instruction({}, task, row.category, row.input)
        return asked.instruction(text), asked.answer(row.output)

    return Annotations([[tokens(row) for row in by_patch[name].itertuples()] for name in chosen])


def cpu(function, *arguments):
    """Return what a call returns and its CPU time in seconds."""
    used = time.process_time()
    result = function(*arguments)
    return result, time.process_time() - used


def one_at_a_time(model, before, annotations, pictures):
    """Make the gradients of a step in the plain way; return loss and CPU seconds of the frozen encoders."""
    model.language_model.set_attn_implementation("sdpa")
    total = encoding = 0.0
    for patch, pairs in enumerate(annotations.patches):
        for asked, said in pairs:
            features, used = cpu(model.encode, *(tensor[patch : patch + 1] for tensor in pictures))
            encoding += used
            prefix = model.prefix(features, before)
            text = model.language_model.embed_tokens(torch.tensor([[*asked, *said]]))
            hidden = model.language_model(inputs_embeds=torch.cat([prefix, text], 1), use_cache=False)
            begin = prefix.shape[1] + len(asked) - 1
            logits = model.internvl.lm_head(hidden.last_hidden_state[0, begin:-1])
            loss = torch.nn.functional.cross_entropy(logits, torch.tensor(said)) / annotations.count
            loss.backward()
            total += loss.item()
    return total, encoding


def packed(model, before, annotations, pictures):
    """Make the gradients of a step as the program does: a patch a pass; return as above."""
    model.language_model.set_attn_implementation(choose_attention("auto", pictures[0].device))
    total = encoding = 0.0
    for patch, pairs in enumerate(annotations.patches):
        features, used = cpu(model.encode, *(tensor[patch : patch + 1] for tensor in pictures))
        encoding += used
        prefix = len(before) + sum(of.shape[1] for of in (features.rgb, features.s2, features.s1))
        laid = pack(prefix, [[answer_segment(*pair) for pair in pairs]])
        prepared = PreparedPass(patch, [patch], list(range(len(pairs))), laid)
        loss = pass_losses(model, before, prepared, features, "annotations").sum() / annotations.count
        loss.backward()
        total += loss.item()
    return total, encoding


def step(way, model, before, annotations, pictures):
    """Return loss, gradients and seconds, of them those of the encoders, of one step."""
    optimizer = torch.optim.AdamW(model.trained_parameters().values(), lr=0.0)
    optimizer.zero_grad()

    def whole():
        found = way(model, before, annotations, pictures)
        optimizer.step()
        return found

    (loss, encoding), used = cpu(whole)
    gradients = torch.cat([value.grad.flatten().clone() for value in model.trained_parameters().values()])
    return loss, gradients, used, encoding


def compare(task, model, asked, annotations, pictures):
    """Time both ways of a step and print them; return the ratio of CPU times."""
    loss, gradients, slow, slow_encoding = step(one_at_a_time, model, asked.before, annotations, pictures)
    packed_loss, packed_gradients, fast, encoding = step(packed, model, asked.before, annotations, pictures)
    difference = float((gradients - packed_gradients).norm() / gradients.norm())
    if abs(loss - packed_loss) > 1e-4 * abs(loss) or not difference < 1e-3:
        sys.exit(f"{task}: losses {loss} and {packed_loss}, gradients differ by {difference:.2g}")
    instruction, answer = annotations.lengths()
    count = annotations.count
    print(
        f"| {task} | {count / len(annotations.patches):.2f} | {instruction:.0f} + {answer:.0f} | {count} "
        f"| {count / slow:.2f} | {count / fast:.2f} | {slow / fast:.1f}× "
        f"| {(slow - slow_encoding) / (fast - encoding):.1f}× | {difference:.0e} |",
        flush=True,
    )
    return slow / fast


def decode(model, asked, annotations, pictures):
    """Time answers behind one prefix against one at a time and print them; return the ratio of CPU times."""
    model.language_model.set_attn_implementation("sdpa")
    instructions = [pair[0] for pair in annotations.patches[0][:QUESTIONS]]

    def answers(some):
        features = model.encode(*(tensor[:1] for tensor in pictures))
        return answer_behind_prefixes(model, asked, features, some, [0] * len(some), LONGEST)

    with torch.inference_mode():
        together, fast = cpu(answers, instructions)
        alone, slow = cpu(lambda: [answers([tokens])[0] for tokens in instructions])
    if together != alone:
        sys.exit("decoding: the answers differ")
    if len({reply.text for reply in together}) < 2:
        sys.exit("decoding: all answers are equal, which would prove nothing")
    count = len(instructions)
    print(
        f"Decoding {count} answers of {LONGEST} tokens about a patch: {count / slow:.2f} a second one at a "
        f"time, {count / fast:.2f} behind one prefix: {slow / fast:.1f}×. The answers are the same."
    )
    return slow / fast


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--dataset", default="results/mini/BigEarthNet.txt.parquet", help="of a run on the miniature world"
    )
    parser.add_argument("--patches", type=int, default=4, help="patches of each task")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch")
    parser.add_argument("--tiny", action="store_true", help="tiny sizes: only to see that it runs")
    args = parser.parse_args()
    if not Path(args.dataset).exists():
        sys.exit(f"{args.dataset} is not there: make {args.dataset}")

    torch.set_num_threads(args.threads)
    transformers.utils.logging.set_verbosity_error()
    asked, device = prompts(), torch.device("cpu")
    sizes = TINY if args.tiny else TWELFTH
    sizes = type(sizes)(**{**vars(sizes), "vocabulary": max(sizes.vocabulary, len(asked.tokenizer))})
    model = rs_internvl(sizes, device, torch.float32).eval()
    for name, value in model.trained_parameters().items():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.02)
    pictures = images(sizes, args.patches, device, torch.float32)
    print(
        f"{processor()}, threads: {args.threads}; {sizes.visual_tokens} visual tokens, "
        f"{len(asked.before)} before them; {sizes.layers} of 24 layers"
    )
    print(
        "| task | annotations a patch | tokens asked + answered | annotations | one at a time, /s "
        "| packed, /s | ratio | of the language model alone | gradients differ by |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )
    of_task = {
        task: read_annotations(args.dataset, task, mean, args.patches, asked)
        for task, mean in release_means().items()
    }
    # What is done once, at the first call, is no part of either.
    step(packed, model, asked.before, Annotations(of_task["captioning"].patches[:1]), pictures)
    ratios = {task: compare(task, model, asked, of, pictures) for task, of in of_task.items()}
    ratios["decoding"] = decode(model, asked, of_task["binary"], pictures)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    for name, least in (LEAST | {"decoding": LEAST_DECODING}).items():
        if ratios[name] < least:
            print(f"{name}: {ratios[name]:.2f}×, short of {least:.0f}×")


if __name__ == "__main__":
    main()
