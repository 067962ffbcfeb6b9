"""Merge what several people said of captions: one verdict a caption, their agreement, and the check's rates.

Writes the merged reviews as CSV, which benchmark_split.reviews takes; next to it the rates (_rates.csv) and a
page (.md).
"""

import logging
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.captions.caption_shards import read_captions
from bentxt.program.command_line import program_parser, run
from bentxt.program.settings import setting
from bentxt.published.caption_claims import read_paper_values
from bentxt.review.merged_reviews import ALL, RULES, latest_reviews, merge_reviews
from bentxt.review.review_files import caption_hash, count_reviews, read_reviews, write_reviews
from bentxt.review.review_report import rate_rows, rates_as_csv, review_page


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--reviews", required=True, nargs="+", help="files that reviewers exported, CSV")
    parser.add_argument(
        "--captions",
        nargs="+",
        default=[],
        help="shards of the augmented captions; with them, reviews of texts that have changed are left out",
    )
    parser.add_argument("--rule", choices=RULES, default=ALL, help="who has to say that a criterion is met")
    parser.add_argument("--claims", default="resources/paper/claims.yaml", help="what the paper prints")
    parser.add_argument("--out", required=True, help="merged reviews, CSV; rates and page next to it")
    args = parser.parse_args()

    reviews = [review for path in args.reviews for review in read_reviews(path)]
    left_out = []
    if args.captions:
        text = setting(args.settings, "review.text")
        table = read_captions(args.captions, ["patch_id", text])
        hashes = dict(
            zip(table["patch_id"].to_pylist(), map(caption_hash, table[text].to_pylist()), strict=True)
        )
        counted = count_reviews(reviews, hashes)
        reviews, left_out = counted.counted, counted.left_out()
        for line in left_out:
            logging.warning("%s", line)
    single = latest_reviews(reviews)
    merged = merge_reviews(single, args.rule)
    resamples, seed = setting(args.settings, "benchmark.bootstrap_resamples"), setting(args.settings, "seed")
    paper = read_paper_values(args.claims)
    rows = rate_rows(single, merged, paper, resamples, seed)
    out, run_name = Path(args.out), setting(args.settings, "run")
    write_reviews(out, merged)
    write_text(out.with_name(f"{out.stem}_rates.csv"), rates_as_csv(rows))
    write_text(
        out.with_suffix(".md"), review_page(rows, single, merged, paper, args.rule, left_out, run_name)
    )
    logging.info("%s: %d captions of %d reviews", out, len(merged), len(single))


if __name__ == "__main__":
    run(main)
