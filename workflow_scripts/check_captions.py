"""Check captions from anywhere against the facts of their patches: no run of the workflow is needed.

A line of the input is a JSON object with `patch_id` and `caption`. The output repeats each line and adds
`passed`, the four criteria (linguistically_correct, factually_accurate, complete, free_of_artifacts) and
`findings`, each with `criterion`, `kind`, `message`, and `start` and `stop`, its place in the caption (null
for what is missing). The facts come from a run's tables of patches and attributes. The last lines on standard
output count the captions. docs/checking_captions.md says how captions are read and what is demanded of them.
"""

import json
from collections import Counter

from bentxt.atomic import write_text
from bentxt.captions.caption_check import Strictness
from bentxt.captions.caption_facts import Rules, read_facts
from bentxt.captions.caption_lines import check_caption_lines, read_caption_lines
from bentxt.program.command_line import program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import section
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA


def main():
    """Parse the command line and check the captions."""
    parser = program_parser(__doc__)
    parser.add_argument("--captions", required=True, help="captions, JSON lines or one array")
    parser.add_argument("--patches", required=True, help="patches.parquet")
    parser.add_argument("--maps", required=True, help="maps.parquet")
    parser.add_argument("--instances", required=True, help="instances.parquet")
    parser.add_argument("--adjacencies", required=True, help="adjacencies.parquet")
    parser.add_argument("--out", required=True, help="the same lines with verdict and findings")
    args = parser.parse_args()

    lines = read_caption_lines(args.captions)
    wanted = {line["patch_id"] for _, line in lines}
    rules = section(args.settings, "captions", Rules)
    strictness = section(args.settings, "caption_check", Strictness)
    tables = read_facts(args.patches, args.maps, args.instances, args.adjacencies, rules)
    facts = {patch.patch_id: patch for patch in tables if patch.patch_id in wanted}
    bar = progress(lines, desc="check", unit="caption")
    checked = list(check_caption_lines(bar, facts, strictness, args.captions))
    write_text(args.out, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in checked))
    print(f"{sum(line['passed'] for line in checked)} of {len(checked)} captions pass")
    for name in CRITERIA:
        print(f"{name}: {sum(line[name] for line in checked)}")
    kinds = Counter(finding["kind"] for line in checked for finding in line["findings"])
    print(f"findings: {', '.join(f'{count} {kind}' for kind, count in kinds.most_common()) or 'none'}")


if __name__ == "__main__":
    run(main)
