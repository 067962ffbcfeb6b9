"""What merged reviews say: people's rates, their agreement, and the check's rates, as a table and a page."""

from collections.abc import Iterable, Mapping, Sequence

from bentxt.evaluation.bootstrap import FEWEST_IMAGES, bootstrap, mean_of
from bentxt.reporting.tables import RUN_REMARKS, csv_text, markdown_row, markdown_text
from bentxt.review.merged_reviews import disagreements
from bentxt.review.review_files import RANDOM, Review
from bentxt.review.reviewer_agreement import ALL_FOUR, check_rates, pair_agreements
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA

#: Columns of the table: shares in %, kappa from -1 to 1.
RATE_COLUMNS = ("measure", "criterion", "reviewers", "captions", "value", "low", "high", "paper", "note")

#: The paper's claims of what its reviewers found (Section 3.1), by criterion.
_CLAIMED = {"mean": "mean_correctness", ALL_FOUR: "right_captions"}

_LABELS = {
    "linguistically_correct": "linguistically correct",
    "factually_accurate": "factually accurate",
    "complete": "complete",
    "free_of_artifacts": "free of artifacts",
    "mean": "mean of the four",
    ALL_FOUR: "all four",
}
_MEASURES = {
    "met": "people: met",
    "agreement": "two reviewers: same judgement",
    "kappa": "two reviewers: Cohen's kappa",
    "check agreement": "check and people: same verdict",
    "false accept": "check: accepted, of those that people refuse",
    "false reject": "check: rejected, of those that people pass",
}
_UNDEFINED = "not defined: both gave one and the same judgement to all captions"

Row = dict[str, str | int | float | None]


def rate_rows(
    single: Sequence[Review],
    merged: Sequence[Review],
    paper: Mapping[str, float],
    resamples: int,
    seed: int,
) -> list[Row]:
    """Return all rates, a row each.

    Parameters
    ----------
    single : sequence of Review
        At most one a reviewer and caption.
    merged : sequence of Review
        One a caption. People's rates are of those of the random sample with all four criteria judged.
    paper : mapping of str to float
        From :func:`bentxt.published.caption_claims.read_paper_values`.
    resamples, seed : int
        Of the bootstrap over captions.

    Returns
    -------
    list of dict
        Columns :data:`RATE_COLUMNS`; an interval needs ten captions.
    """
    return [
        *_people_rows(merged, paper, resamples, seed),
        *_pair_rows(single),
        *_check_rows(merged),
    ]


def _row(measure, criterion, captions, value, **rest):
    empty = dict.fromkeys(RATE_COLUMNS) | {"reviewers": "", "note": ""}
    return empty | {"measure": measure, "criterion": criterion, "captions": captions, "value": value} | rest


def _people_rows(merged, printed, resamples, seed):
    read = [review for review in merged if review.finished and review.sample == RANDOM]
    names = "; ".join(sorted({name for review in read for name in review.reviewers}))
    for criterion in (*CRITERIA, "mean", ALL_FOUR):
        shares = [_share(review, criterion) for review in read]
        paper = printed[_CLAIMED[criterion]] if criterion in _CLAIMED else None
        if not shares:
            note = "no caption of the random sample has all four criteria judged"
            yield _row("met", criterion, 0, None, paper=paper, note=note)
            continue
        patches = [review.patch_id for review in read]
        found = bootstrap([(share, 1) for share in shares], patches, mean_of, resamples=resamples, seed=seed)
        enough = len(shares) >= FEWEST_IMAGES
        ends = {"low": found.low, "high": found.high} if enough else {}
        yield _row("met", criterion, len(shares), found.value, reviewers=names, paper=paper, **ends)


def _share(review, criterion):
    if criterion == "mean":
        return sum(review.judgements) / len(CRITERIA)
    return float(review.passed if criterion == ALL_FOUR else review.judgements[CRITERIA.index(criterion)])


def _pair_rows(single):
    for pair in pair_agreements(single):
        names = f"{pair.first}; {pair.second}"
        value = 100 * pair.agreement
        yield _row("agreement", pair.criterion, pair.captions, value, reviewers=names)
        note = _UNDEFINED if pair.kappa is None else ""
        yield _row("kappa", pair.criterion, pair.captions, pair.kappa, reviewers=names, note=note)


def _check_rows(merged):
    for rates in check_rates(merged):
        for measure, count, of in (
            ("check agreement", rates.agreeing, rates.captions),
            ("false accept", rates.false_accepts, rates.refused_by_people),
            ("false reject", rates.false_rejects, rates.passed_by_people),
        ):
            value = 100 * count / of if of else None
            yield _row(
                measure, rates.criterion, of, value, note=f"{count} of {of}" if of else "no such caption"
            )


def rates_as_csv(rows: Iterable[Row]) -> str:
    """Return the table as CSV."""
    return csv_text(RATE_COLUMNS, rows)


def review_page(
    rows: Sequence[Row],
    single: Sequence[Review],
    merged: Sequence[Review],
    paper: Mapping[str, float],
    rule: str,
    left_out: Sequence[str],
    run: str,
) -> str:
    """Return the page in Markdown: who read what, the rates, and where reviewers differ.

    Parameters
    ----------
    rows : sequence of dict
        From :func:`rate_rows`.
    single, merged, paper
        As for :func:`rate_rows`.
    rule : str
        How judgements became one.
    left_out : sequence of str
        Lines on reviews that do not count.
    run : str
        ``mini`` or ``paper``.
    """
    finished = [review for review in merged if review.finished]
    names = sorted({name for review in single for name in review.reviewers})
    counts = [f"{name} {sum(name in review.reviewers for review in single):,}" for name in names]
    lines = [
        "# Captions reviewed by people",
        "",
        f"**{RUN_REMARKS[run]}.**",
        "",
        f"{len(finished):,} captions with all four criteria judged, {sum(r.passed for r in finished):,} of "
        f"them met all four. Reviewers, and the captions of each: {', '.join(counts) or 'none'}. Several "
        f"reviewers of one caption: a criterion is met where {_RULES[rule]} say so.",
        *(f"\n{line}." for line in left_out),
    ]
    for title, measures, about in _SECTIONS:
        lines += [
            "",
            f"## {title}",
            "",
            about.format_map(paper),
            "",
            *_table([row for row in rows if row["measure"] in measures]),
        ]
    lines += ["", "## Where reviewers differ", ""]
    differing = [
        [patch, _LABELS[criterion], ", ".join(met), ", ".join(not_met)]
        for patch, criterion, met, not_met in disagreements(single)
    ]
    if differing:
        lines += _markdown(["patch", "criterion", "met", "not met"], differing)
    else:
        lines.append("Nowhere.")
    return "\n".join(lines) + "\n"


_RULES = {"all": "all of them", "majority": "more than half of them"}
_SECTIONS = (
    (
        "How many captions are right",
        {"met"},
        "Of the random sample, in %. The paper's reviewers read {reviewed_captions:,.0f} captions. "
        f"Intervals: 95 %, bootstrap over captions, from {FEWEST_IMAGES} captions on.",
    ),
    (
        "How far reviewers agree",
        {"agreement", "kappa"},
        "On captions that both judged. Kappa is 1 where they always agree and 0 where they agree as often as "
        "by chance.",
    ),
    (
        "How far the check agrees with them",
        {"check agreement", "false accept", "false reject"},
        "Each caption once, as merged, on the same text, in %.",
    ),
)


def _table(rows):
    if not rows:
        return ["Nothing to compare."]
    cells = [
        [
            _MEASURES[row["measure"]],
            _LABELS[row["criterion"]],
            row["reviewers"],
            str(row["captions"]),
            _number(row),
            "" if row["paper"] is None else f"{row['paper']:.2f}",
            row["note"],
        ]
        for row in rows
    ]
    headings = ["measure", "criterion", "reviewers", "captions", "value", "paper", "note"]
    used = [place for place in range(len(headings)) if any(line[place] for line in cells)]
    return _markdown([headings[place] for place in used], [[line[place] for place in used] for line in cells])


def _number(row):
    if row["value"] is None:
        return "–"
    interval = "" if row["low"] is None else f" [{row['low']:.2f}, {row['high']:.2f}]"
    return f"{row['value']:.2f}{interval}"


def _markdown(headings, rows):
    return [
        markdown_row(headings),
        markdown_row(["---"] * len(headings)),
        *(markdown_row([markdown_text(cell) for cell in row]) for row in rows),
    ]
