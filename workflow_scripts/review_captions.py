"""Judge captions in a browser: one at a time, with pictures, map, template and what the check found.

Serves a page on this machine alone and prints its address, which holds a token; Ctrl-C ends it. Each change
is appended to the reviewer's journal at once. Paths that are not given follow from paths.data and
paths.results.
docs/review.md explains the page.
"""

import logging
import secrets
import socket
from pathlib import Path

import uvicorn

from bentxt.bigearthnet.image_store import open_images
from bentxt.bigearthnet.reference_maps import class_maps
from bentxt.errors import InputError
from bentxt.program.command_line import program_parser, run
from bentxt.program.overlays import with_overlays
from bentxt.program.settings import section, setting
from bentxt.reporting.composites import read_class_colours
from bentxt.review.caption_sample import ReviewSettings
from bentxt.review.captions_under_review import captions_to_review, reviewed_captions
from bentxt.review.review_files import check_reviewer, count_reviews, write_reviews
from bentxt.review.review_journal import ReviewJournal
from bentxt.review.review_page import exported, review_app
from bentxt.review.review_pictures import PatchPictures


def main():
    parser = program_parser(__doc__)
    parser.add_argument(
        "--overlay", nargs="*", default=[], help="YAML files that go over --settings, in order"
    )
    parser.add_argument(
        "--reviewer", required=True, help="who judges: stands in each review and names the journal"
    )
    parser.add_argument("--patches", help="patches.parquet")
    parser.add_argument("--captions", nargs="+", help="shards of the augmented captions")
    parser.add_argument("--images", help="images, from encode_images.py")
    parser.add_argument("--reference-maps", help="archive of the reference maps")
    parser.add_argument(
        "--class-colours", default="resources/class_colours.csv", help="colours of the classes"
    )
    parser.add_argument("--journals", help="folder of the journals, one a reviewer")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0: any that is free")
    parser.add_argument("--export", help="write the reviews so far to this CSV, and serve nothing")
    args = parser.parse_args()

    settings = with_overlays(args.settings, args.overlay)
    results, reviewer = Path(setting(settings, "paths.results")), check_reviewer(args.reviewer)
    shards = args.captions or caption_shards(results, setting(settings, "augmentation.shards"))
    chosen = section(settings, "review", ReviewSettings)
    patches = args.patches or results / "patches.parquet"
    names = captions_to_review(patches, shards, setting(settings, "seed"), chosen)
    folder = Path(args.journals or results / "reviews")
    with ReviewJournal(folder / f"{reviewer}.jsonl", reviewer) as journal:
        for line in journal.torn:
            logging.warning("%s: %s was cut off and is passed over", journal.path, line)
        reviewed = [review.patch_id for review in journal.reviews()]
        found, radar = reviewed_captions(patches, shards, chosen.text, [*names, *reviewed])
        counted = count_reviews(journal.reviews(), {caption.patch_id: caption.digest for caption in found})
        for text in counted.left_out(unfinished=bool(args.export)):
            logging.warning("%s: %s", journal.path, text)
        if args.export:
            reviews = exported(found, journal)
            write_reviews(args.export, reviews)
            logging.info("%s: reviews of %d captions", args.export, len(reviews))
            return
        captions, others = found[: len(names)], found[len(names) :]
        logging.info("%d captions under review, reading their reference maps", len(captions))
        archive = args.reference_maps or Path(setting(settings, "paths.data")) / "Reference_Maps.tar.zst"
        maps = dict(zip(names, class_maps(archive, names), strict=True))
        images = open_images(args.images or results / "images.lmdb")
        if missing := [name for name in names if name not in images]:
            logging.warning("%d of %d patches have no images (images.splits)", len(missing), len(names))
        pictures = PatchPictures(images, radar, maps, read_class_colours(args.class_colours))
        token = secrets.token_urlsafe(24)
        run_name = setting(settings, "run")
        app = review_app(captions, journal, pictures, token, run_name, chosen.sample, others)
        serve(app, token, args.port)


def caption_shards(results, shards):
    """Return the shards that the workflow makes."""
    paths = [results / f"captions/augmented/{shard}-{shards}.parquet" for shard in range(shards)]
    for path in paths:
        if not path.is_file():
            raise InputError(
                "no captions there", file=path, remedy="make them first: snakemake build_dataset"
            )
    return paths


def serve(app, token, port):
    """Serve an application on this machine until it is ended; print its address."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
            # Whoever reads the address may open it at once.
            listening.listen()
        except OSError as error:
            remedy = "end what uses it, or leave --port out"
            raise InputError(f"port {port}: {error.strerror}", item="--port", remedy=remedy) from error
        print(f"http://127.0.0.1:{listening.getsockname()[1]}/{token}/", flush=True)
        # No log of requests: their addresses hold the token.
        config = uvicorn.Config(
            app, access_log=False, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
        try:
            uvicorn.Server(config).run(sockets=[listening])
        except KeyboardInterrupt:
            logging.info("ended; the journal holds all changes")


if __name__ == "__main__":
    run(main)
