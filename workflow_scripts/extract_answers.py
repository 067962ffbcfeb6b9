"""Read a model's answers as the benchmark reads them, from a file of one answer a line: no run is needed.

A line of the input is a JSON object: `kind` (binary, mcq or boxes), `text` (what the model wrote), for mcq
`options` (texts by letter), for boxes `scale` (side of the image in the model's coordinates; null: 0 to 1).
The output repeats each line and adds `extracted` (yes or no, a letter, the numbers x_min, y_min, x_max, y_max
in 0 to 1, or null) and `level` (strict, lenient or unparsed). The last lines on standard output count them.
"""

import json
from collections import Counter

from bentxt.atomic import write_text
from bentxt.evaluation.answer_lines import KINDS, read_answer_lines
from bentxt.program.command_line import program_parser, run
from bentxt.program.settings import setting


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--answers", required=True, help="answers, JSON lines or one array")
    parser.add_argument("--out", required=True, help="the same lines with what was read in them")
    args = parser.parse_args()

    lines = read_answer_lines(args.answers, other_words=setting(args.settings, "benchmark.other_words"))
    write_text(args.out, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    levels = Counter((line["kind"], line["level"]) for line in lines)
    for kind in KINDS:
        counts = ", ".join(f"{levels[kind, level]} {level}" for level in ("strict", "lenient", "unparsed"))
        print(f"{kind}: {counts}")


if __name__ == "__main__":
    run(main)
