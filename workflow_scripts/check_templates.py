"""Check the templates of the questions and instructions, and every text that they can become.

Prints all problems with file and template and fails, or prints how many templates there are. A part of the
lint: no rule runs it.
"""

import argparse
import sys

from bentxt.class_wording import CLASS_WORDING
from bentxt.program.command_line import run
from bentxt.questions.template_proofreading import check_templates, counts_table


def main():
    """Check, and print the problems or the numbers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--templates", default="resources/templates", help="folder of the template files")
    parser.add_argument("--class-wording", default=CLASS_WORDING, help="forms of the class names, YAML")
    args = parser.parse_args()
    problems, counts = check_templates(args.templates, args.class_wording)
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(f"error: {len(problems)} problems in {args.templates}")
    print(counts_table(counts))


if __name__ == "__main__":
    run(main)
